// Operators that draw random numbers take a generator, which scripts cannot name. So each call of such an operator, on
// a thread that asked for it, is given the thread's own: a kernel before all others puts it among the arguments.
#include "random.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/stack.h>
#include <torch/library.h>

namespace models {

namespace {

constexpr auto kKey = c10::DispatchKey::TESTING_ONLY_GenericMode;  // nothing else uses it, and it is off by default
thread_local at::Generator* own_generator = nullptr;

void draw(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const auto& arguments = op.schema().arguments();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].name() != "generator") continue;
    c10::IValue& given = (*stack)[stack->size() - arguments.size() + i];
    if (given.isNone() && own_generator != nullptr) given = *own_generator;
  }
  const c10::impl::ExcludeDispatchKeyGuard once(kKey);
  op.callBoxed(stack);
}

}  // namespace

at::Generator make_generator(std::uint64_t seed) { return at::make_generator<at::CPUGeneratorImpl>(seed); }

OwnRandom::OwnRandom(at::Generator* generator) {
  if (generator == nullptr) return;
  own_generator = generator;
  draws_.emplace(kKey);
}

OwnRandom::~OwnRandom() {
  if (draws_) own_generator = nullptr;
}

}  // namespace models

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) { library.fallback(torch::CppFunction::makeFallthrough()); }

// The others (randn, rand, randint, dropout, normal …) draw by these.
TORCH_LIBRARY_IMPL(aten, TESTING_ONLY_GenericMode, library) {
  for (const char* name : {"normal_", "uniform_", "random_", "random_.from", "random_.to", "bernoulli_.Tensor",
                           "bernoulli_.float", "exponential_", "geometric_", "cauchy_", "log_normal_", "multinomial",
                           "multinomial.out", "poisson", "randperm.generator_out"}) {
    library.impl(name, torch::CppFunction::makeFromBoxedFunction<&models::draw>());
  }
}
