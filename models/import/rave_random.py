"""RAVE without training: weights from a seed, and models that draw no random numbers. For tests and measurements."""
import torch
from torch import nn


def level(targets):
    """@return a hook that scales a convolution until its output has the deviation of `targets`, otherwise 1."""

    def hook(conv, _, out):
        factor = targets.get(conv, 1.0) / float(out.std())
        getattr(conv, "weight_g", conv.weight).mul_(factor)  # weights may be kept as a length and a direction
        return out * factor

    return hook


def waveform(decoder):
    """The convolution that gives the bands of the sound, in the decoder of version 1 and in that of version 2."""
    if hasattr(decoder, "synth"):
        return decoder.synth.branches[0]
    return decoder.net[-1] if decoder.waveform_module is None else decoder.waveform_module


def seed_convolutions(model, residual):
    """As loud behind each convolution as before it. PyTorch's own start lets a RAVE fade to 1e-17: denormals, and silence."""
    parts = [module for part in (model.encoder, model.decoder) for module in part.modules()]
    targets = {conv: 0.3 for block in parts if isinstance(block, residual) for conv in block.modules()}  # these add up
    targets[waveform(model.decoder)] = 0.1
    convolutions = [conv for conv in parts if isinstance(conv, (nn.Conv1d, nn.ConvTranspose1d))]
    for conv in convolutions:
        getattr(conv, "weight_v", conv.weight).normal_()
        if conv.bias is not None:
            conv.bias.zero_()
    hooks = [conv.register_forward_hook(level(targets)) for conv in convolutions]
    sound = 0.1 * torch.randn(1, model.n_channels, 2**14)
    model.decode(model.encoder.reparametrize(model.encode(sound))[0])
    for hook in hooks:
        hook.remove()


def forget(model):
    """What streaming convolutions keep of the sound before."""
    for name, buffer in model.named_buffers():
        if name.split(".")[-1] in ("cache", "pad"):
            buffer.zero_()


def seed_codebooks(encoder):
    """Each as long as brings it nearest; untrained they are all zeros, and every code is 0."""
    for i, layer in enumerate(encoder.rvq.layers):
        layer.codebook.copy_(nn.functional.normalize(torch.randn_like(layer.codebook)))
        layer.codebook.mul_(0.3 * 0.95**i * layer.codebook.shape[1] ** 0.5)


def seed(model, blocks, kept):
    """Fills an untrained RAVE from torch's generator.
    @param kept  latent dimensions that an export at any fidelity keeps; 0: all."""
    seed_convolutions(model, blocks.Residual)
    forget(model)
    if isinstance(model.encoder, blocks.DiscreteEncoder):
        seed_codebooks(model.encoder)
    if hasattr(model.decoder, "warmed_up"):
        model.decoder.warmed_up.fill_(1)
    model.latent_pca.copy_(torch.linalg.qr(torch.randn(model.latent_size, model.latent_size)).Q)
    model.latent_mean.normal_(0.0, 0.1)
    model.fidelity.zero_()
    model.fidelity[kept or model.latent_size - 1:] = 1.0


class Silence(nn.Module):
    """In the place of a decoder's noise."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.zeros(1)


def silence(model):
    """Takes the noise out of the decoder."""
    if getattr(model.decoder, "noise_module", None) is not None:
        model.decoder.noise_module = Silence()
    elif hasattr(model.decoder, "warmed_up"):
        model.decoder.warmed_up.zero_()  # the first phase of training, which is before noise


def widened(z: torch.Tensor, width: int) -> torch.Tensor:
    """Zeros for the dimensions that an export would fill with noise."""
    return torch.cat([z, torch.zeros(z.shape[0], width - z.shape[1], z.shape[2])], 1)


def quiet_class(kind, export):
    """@return `kind`, one of the classes of acids-rave's export, with means and zeros where it draws random numbers."""

    class Variational(export.VariationalScriptedRAVE):
        def post_process_latent(self, z):
            mean = z[:, :self.full_latent_size] - self.latent_mean[:, None]
            return torch.matmul(self.latent_pca, mean)[:, :self.latent_size]

        def pre_process_latent(self, z):
            return torch.matmul(self.latent_pca.t(), widened(z, self.full_latent_size)) + self.latent_mean[:, None]

    class Discrete(export.DiscreteScriptedRAVE):
        def pre_process_latent(self, z):
            codes = z.long().clamp(0, self.encoder.rvq.layers[0].codebook_size - 1)
            sound = self.encoder.rvq.decode(codes)
            return widened(sound, sound.shape[1] + self.encoder.noise_augmentation)

    class Wasserstein(export.WasserteinScriptedRAVE):
        def pre_process_latent(self, z):
            return widened(z, self.full_latent_size + self.encoder.noise_augmentation)

    return {export.VariationalScriptedRAVE: Variational, export.DiscreteScriptedRAVE: Discrete,
            export.WasserteinScriptedRAVE: Wasserstein}.get(kind, kind)
