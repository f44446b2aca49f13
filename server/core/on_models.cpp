// models, model/info, labels, load, unload, reload: what is served.
#include <algorithm>
#include <limits>

#include "server/core/daemon.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::Arguments;

namespace {
// Infinities do not travel: no limit is the largest float.
double finite(float limit) {
  return std::clamp(limit, std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max());
}

// As far as it is known: a file says some of it itself.
const models::Card& card_of(const Catalog::Item& item) {
  return item.served ? item.served->model->card() : item.config.card;
}

// A text of an item, cut so that the message fits: names, state and numbers beside it take less than 300 bytes.
std::string_view fitting(std::string_view text, const Request& request) {
  return request.to.tcp() ? text : text.substr(0, static_cast<std::size_t>(request.mtu) - 300);
}
}  // namespace

void Daemon::on_models(Request& request, const Arguments&) {
  std::size_t n = 0;
  const auto of = static_cast<std::int64_t>(catalog_.items().size());
  for (const auto& [name, item] : catalog_.items()) {
    auto& writer = answers_.writer().begin("/oscine/v1/model.item");
    writer.integer(request.id).integer(static_cast<std::int64_t>(n++)).integer(of).text(name);
    writer.text(item.config.card.kind).text(name_of(item.state)).number(card_of(item).model_rate);
    const auto counts = metrics_.models.find(name);
    writer.integer(item.config.card.isolate ? 1 : 0);
    writer.integer(counts == metrics_.models.end() ? 0 : static_cast<std::int64_t>(counts->second.all_falls()));
    answers_.item(request, writer.end(), now());
  }
  answers_.done(request, n, now());
}

void Daemon::on_model_info(Request& request, const Arguments& arguments) {
  const std::string name(arguments.text(1));
  const auto it = catalog_.items().find(name);
  if (it == catalog_.items().end()) return answers_.fail(request, catalog_.unknown(name), now());
  const auto& card = card_of(it->second);
  const bool stateful = it->second.served ? it->second.served->model->stateful() : card.state;
  auto& writer = answers_.writer().begin("/oscine/v1/model.about").integer(request.id).text(name).text(card.kind);
  writer.text(name_of(it->second.state)).text(card.engine).text(fitting(card.about, request));
  writer.text(card.licence.substr(0, 64))
      .number(card.model_rate)
      .integer(std::max(card.stream.latency, 0))
      .integer(stateful ? 1 : 0);
  answers_.item(request, writer.end(), now());
  std::size_t count = 1;
  if (it->second.served) {
    const auto& model = *it->second.served->model;
    const auto methods = model.methods();
    for (std::size_t n = 0; n < methods.size(); ++n, ++count) {
      const auto& method = methods[n];
      writer.begin("/oscine/v1/model.method").integer(request.id).integer(static_cast<std::int64_t>(n));
      writer.integer(static_cast<std::int64_t>(methods.size())).text(method.name);
      writer.integer(method.in_channels)
          .integer(method.in_ratio)
          .integer(method.out_channels)
          .integer(method.out_ratio);
      writer.integer(method.block).number(method.timing.p50.count() / 1000).number(method.timing.p95.count() / 1000);
      answers_.item(request, writer.end(), now());
    }
    // Those of a melody are its session's own: its script has none.
    const auto attributes = model.card().kind == "melody" ? model.settings() : model.attributes();
    for (std::size_t n = 0; n < attributes.size(); ++n, ++count) {
      writer.begin("/oscine/v1/model.attribute").integer(request.id).integer(static_cast<std::int64_t>(n));
      writer.integer(static_cast<std::int64_t>(attributes.size())).text(attributes[n].name).text(attributes[n].types);
      writer.number(finite(attributes[n].min)).number(finite(attributes[n].max));
      answers_.item(request, writer.end(), now());
    }
  }
  answers_.done(request, count, now());
}

namespace {
// A classifier's labels are its classes; of a model without any, the names of what its first method answers.
std::vector<std::string> labels_of(const models::Card& card) {
  if (!card.labels.empty() || card.methods.empty()) return card.labels;
  std::vector<std::string> out;
  for (const auto& port : card.methods.front().outputs) out.push_back(port.name);
  return out;
}
}  // namespace

void Daemon::on_labels(Request& request, const Arguments& arguments) {
  const std::string name(arguments.text(1));
  const auto it = catalog_.items().find(name);
  if (it == catalog_.items().end()) return answers_.fail(request, catalog_.unknown(name), now());
  const auto labels = labels_of(card_of(it->second));
  const auto from = std::min(static_cast<std::size_t>(arguments.integer(2)), labels.size());
  const auto asked = static_cast<std::size_t>(arguments.integer(3));
  const auto to = asked == 0 ? labels.size() : std::min(from + asked, labels.size());
  for (std::size_t n = from; n < to; ++n) {
    auto& writer = answers_.writer().begin("/oscine/v1/model.label").integer(request.id);
    writer.integer(static_cast<std::int64_t>(n))
        .integer(static_cast<std::int64_t>(labels.size()))
        .text(fitting(labels[n], request));
    answers_.item(request, writer.end(), now());
  }
  answers_.done(request, to - from, now());
}

// Callers wait in a bounded queue here too.
void Daemon::when_ready(std::string_view model, Catalog::Ready ready) {
  const auto most = static_cast<std::size_t>(config_.limits.queue);
  if (catalog_.ready(model) == nullptr && catalog_.waiting() >= most) {
    return ready(
        Error{ErrorCode::kBusy, std::to_string(most) + " requests wait for models to load already; try later"});
  }
  catalog_.when_ready(model, now() + config_.limits.load_wait, std::move(ready));
}

// Makes the callback of a load. Empty: too many are waiting already, and this was said.
Catalog::Done Daemon::loading(const Request& request) {
  if (loads_ >= static_cast<std::size_t>(config_.limits.queue)) {
    answers_.fail(request, {ErrorCode::kBusy, std::to_string(loads_) + " models wait to be loaded already; try later"},
                  now());
    return {};
  }
  answers_.defer(request);
  ++pending_;
  ++loads_;
  return [this, request](const base::Status& status) {
    --pending_;
    --loads_;
    if (!status) return answers_.fail(request, status.error(), now());
    answers_.done(request, now());
  };
}

void Daemon::forgive(const std::string& model) {
  falls_.forgive(model);
  parts_.keeper->forgive(model);
}

void Daemon::on_load(Request& request, const Arguments& arguments) {
  const auto done = loading(request);
  if (!done) return;
  const std::string name(arguments.text(1));
  forgive(name);
  if (!arguments.has(2)) return catalog_.load_known(name, done);
  if (!is_model_name(name)) {
    return done(Error{ErrorCode::kMalformed, "a model's name is 1 to 64 of a-z 0-9 . _ -"});
  }
  catalog_.load_path(name, std::string(arguments.text(2)), config_.model_folders, done);
}

void Daemon::on_reload(Request& request, const Arguments& arguments) {
  auto done = loading(request);
  if (!done) return;
  const std::string name(arguments.text(1));
  forgive(name);
  catalog_.reload(name, std::move(done));
}

void Daemon::on_unload(Request& request, const Arguments& arguments) {
  const auto status = catalog_.unload(std::string(arguments.text(1)));
  if (!status) return answers_.fail(request, status.error(), now());
  answers_.done(request, now());
}

void Daemon::end_sessions_of(const std::string& model) {
  for (const auto& [number, client] : clients_.all()) {
    std::erase_if(client->sessions, [&](const auto& item) {
      const bool ends = item.second->served->config.card.name == model;
      if (ends) sessions_.erase(item.first);  // a job at work may hold it for a while: it is gone all the same
      return ends;
    });
    client->asks.erase(model);
  }
  end_synth_sessions([&model](const ServedModel& served) { return served.config.card.name == model; });
}

namespace {
// One may take the place of the other between two blocks.
bool same_stream(const models::Model& was, const models::Method& old, const models::Model& is,
                 const models::Method& now) {
  return old.answer == models::Answer::kStream && now.answer == old.answer && now.in_channels == old.in_channels &&
         now.in_ratio == old.in_ratio && now.out_channels == old.out_channels && now.out_ratio == old.out_ratio &&
         old.block % now.block == 0 && was.card().model_rate == is.card().model_rate;
}
}  // namespace

void Daemon::hand_over(const std::shared_ptr<Session>& session, const std::shared_ptr<const ServedModel>& served,
                       std::size_t method) {
  perform(
      session->served, session->seat, std::nullopt,
      [ear = session->flow->ear, served, method](models::Instance& instance) -> base::Status {
        auto next = served->model->instance();
        if (!next) return next.error();
        (*next)->take_settings(instance);
        ear->hand_over(served, method, std::move(*next));
        return {};
      },
      [this, session](const base::Status& status) {
        const auto owner = session->owner.lock();
        if (status || !owner) return;
        answers_.complain(*owner, events_of(*session), "/oscine/v1/reload", status.error(), now());
      });
}

// After a reload, sessions without state go on with the new version, and those that stream are handed over to it;
// others with state keep the one they opened.
void Daemon::carry_over(const std::string& model, const std::shared_ptr<const ServedModel>& served) {
  for (const auto& [number, weak] : sessions_) {
    const auto session = weak.lock();
    if (!session || session->served->config.card.name != model) continue;
    if (session->planning) continue;  // a line goes on with the weights that it began with
    const auto& old = session->served->model->methods()[session->method];
    const auto method = served->model->method(old.name);
    if (!method) continue;
    const auto& now_served = served->model->methods()[*method];
    if (session->flow && same_stream(*session->served->model, old, *served->model, now_served)) {
      hand_over(session, served, *method);
      continue;
    }
    if (session->served->model->stateful() || served->model->stateful()) continue;
    const bool same_form = now_served.in_channels == old.in_channels && now_served.out_channels == old.out_channels &&
                           now_served.answer == old.answer;
    if (!same_form) continue;
    session->method = *method;
    session->served = served;
    if (session->flow) hear_with_method(*session, session->flow->events_to);
  }
}

void Daemon::reconfigure(Config config) {
  net_.check();
  const Happening reconfigured(parts_.tap, [&](Tap& tap) { tap.reconfigured(config); });
  const auto named = [](const std::vector<ModelConfig>& models, const std::string& name) {
    return std::find_if(models.begin(), models.end(), [&](const auto& model) { return model.card.name == name; });
  };
  for (const auto& old : config_.models) {
    if (named(config.models, old.card.name) == config.models.end()) catalog_.remove(old.card.name);
  }
  for (const auto& fresh : config.models) {
    const auto old = named(config_.models, fresh.card.name);
    const auto served = catalog_.items().find(fresh.card.name);
    const bool failed = served != catalog_.items().end() && !served->second.served && !served->second.busy;
    if (old == config_.models.end() || !(*old == fresh) || failed) catalog_.load(fresh, {});
  }
  config_ = std::move(config);
  aliases_ = Aliases(config_.aliases);
  configure_synths();
  autoplay();
  clients_.set_most(static_cast<std::size_t>(config_.limits.clients));
  guard_.configure(config_.known, config_.lease);
  parts_.workers.set_limit(static_cast<std::size_t>(config_.limits.queue), config_.limits.queue_wait);
  answers_.tcp_frame = config_.limits.tcp_frame;
  catalog_.set_longest_load(config_.limits.longest_load);
  catalog_.set_kernels(config_.kernels == "auto");
  parts_.log.set_level(level_of(config_.log.level));
}

}  // namespace server
