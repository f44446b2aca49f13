// Aliases: other people's addresses, without ids or positions, answered at once under the names they expect.
#include <algorithm>

#include "server/core/daemon.hpp"

namespace server {

using base::Error;
using base::ErrorCode;

namespace {
// The names of the inputs come from the card, so that a wrong argument is named also while the model loads.
std::vector<std::string> input_names(const models::Card& card, const std::string& method) {
  std::vector<std::string> names;
  for (const auto& one : card.methods) {
    if (!method.empty() && one.name != method) continue;
    for (const auto& port : one.inputs) names.push_back(port.name);
    break;
  }
  return names;
}
}  // namespace

void Daemon::on_alias(AliasCall call, const protocol::MessageView& message) {
  if (closing_) return;
  const auto client = client_of(call.from);
  if (!client) return alias_fail(call, {ErrorCode::kBusy, "too many clients are here already; try later"});
  call.client = client;
  call.order = ++count_;
  const auto& alias = *call.alias;
  const auto item = catalog_.items().find(alias.model);
  if (item == catalog_.items().end()) return alias_fail(call, catalog_.unknown(alias.model));
  const auto names = input_names(item->second.config.card, alias.method);
  const auto decoded = protocol::decode_numbers(names, message.arguments, input_);
  if (!decoded) return alias_fail(call, decoded.error());
  if (item->second.served) return alias_ready(call, item->second.served);
  ++pending_;
  client->open_requests.insert(call.order);
  when_ready(alias.model, [this, call, input = input_](const auto& ready) {
    --pending_;
    if (!ready) return alias_fail(call, ready.error());
    input_ = input;
    alias_ready(call, *ready);
  });
}

// The numbers are in input_.
void Daemon::alias_ready(const AliasCall& call, const std::shared_ptr<const ServedModel>& served) {
  const auto index = served->model->method(call.alias->method);
  if (!index) return alias_fail(call, index.error());
  const auto client = call.client.lock();
  if (!client) return;  // it left: nobody waits
  const auto& method = served->model->methods()[*index];
  const auto seat = implied_seat(*client, served);
  if (at_once(*served, seat.get(), *index)) {
    const auto status = run_here(served, seat.get(), *index);
    if (!status) return alias_fail(call, status.error());
    return alias_answer(call, method, output_);
  }
  client->open_requests.insert(call.order);
  auto output = std::make_shared<std::vector<float>>();
  perform(
      served, seat, std::nullopt,
      [input = input_, output, index = *index](models::Instance& instance) {
        return instance.run(index, input, *output);
      },
      [this, call, served, &method, output](const base::Status& status) {
        if (!status) return alias_fail(call, status.error());
        alias_answer(call, method, *output);
      },
      call_of(*served, client.get()));
}

void Daemon::alias_answer(const AliasCall& call, const models::Method& method, std::span<const float> output) {
  const auto to = destination(*call.alias, call.from);
  const auto at = now();
  for (const auto& [name, address] : call.alias->send) {
    const auto port = std::find_if(method.outputs.begin(), method.outputs.end(),
                                   [&name = name](const auto& one) { return one.name == name; });
    if (port == method.outputs.end()) continue;  // a reload changed the card since the configuration was checked
    const auto index = static_cast<std::size_t>(port - method.outputs.begin());
    // Who is named in the configuration gets what it says; who asked, what the guard lets pass.
    const auto packet = answers_.writer().begin(address).number(output[index]).end();
    pacer_.send(to, packet, at, call.in_step, call.alias->to.to_sender ? to.ip : Ip::loopback());
  }
  metrics_.answers.add(at - call.arrived, at);
  if (const auto client = call.client.lock()) answers_.settled(client, call.order);
  if (!parts_.log.wants(Level::kDebug)) return;
  parts_.log.line(Level::kDebug,
                  {call.alias->address, call.from.text(), {}, at - call.arrived, "answered to " + to.text()});
}

void Daemon::alias_fail(const AliasCall& call, const Error& error) {
  const auto client = clients_.at(call.from);
  answers_.complain(client ? *client : nobody_, destination(*call.alias, call.from), call.alias->address, error, now(),
                    call.from.ip);
  if (const auto asked = call.client.lock()) answers_.settled(asked, call.order);
}

}  // namespace server
