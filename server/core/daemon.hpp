#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/threads.hpp"
#include "protocol/message.hpp"
#include "protocol/schema.hpp"
#include "server/config/config.hpp"
#include "server/core/aliases.hpp"
#include "server/core/answers.hpp"
#include "server/core/calendar.hpp"
#include "server/core/catalog.hpp"
#include "server/core/chance.hpp"
#include "server/core/client.hpp"
#include "server/core/crowd.hpp"
#include "server/core/falls.hpp"
#include "server/core/guard.hpp"
#include "server/core/keeper.hpp"
#include "server/core/metrics.hpp"
#include "server/core/pacer.hpp"
#include "server/core/session.hpp"
#include "server/core/synths.hpp"
#include "server/core/tap.hpp"
#include "server/core/timers.hpp"
#include "server/core/work.hpp"
#include "server/log/log.hpp"

namespace server {

/// What the daemon stands on. All must outlive it; tests hand in fakes.
struct Parts {
  Link& link;
  Workers& workers;
  Background& background;
  Log& log;
  std::function<base::Time()> now = [] { return base::Clock::now(); };
  std::function<void()> quit = [] {};  ///< `/quit` was allowed: close the doors and drain
  Keeper* keeper = nullptr;            ///< keeps what the next process needs; null: nobody does
  Seed seed = fresh_seed();            ///< of every random number
  /// How a model is loaded now. Thread: [load].
  std::function<models::LoadOptions()> load_options = [] { return models::LoadOptions{}; };
  Tap* tap = nullptr;        ///< where a run is recorded or replayed
  Trials* trials = nullptr;  ///< where models go first; null: they are loaded here at once
  std::function<base::Duration()> calendar = system_calendar;  ///< to be added to now(): the time since 1970
};

/// The daemon without its sockets: packets in, packets out. Receives → validates → finds the client and the handler →
/// runs now or queues → answers once. docs/hacking.md follows one request through it.
/// Thread: [net] for everything.
class Daemon {
 public:
  Daemon(Config config, Parts parts);

  /// Takes over what the process before this one knew. Before start(). [setup]
  void inherit(const Inheritance& inherited);
  /// Begins to load the models of the configuration, and tells the clients that it inherited.
  void start();
  /// One datagram, or one packet of a TCP stream.
  /// @param alone  nothing else was waiting to be read: with an idle client, a question that waits for its answer
  void receive(const Peer& from, protocol::Bytes packet, bool alone = true);
  /// This sender is listened to: loopback, or one that `allow` names.
  bool welcomes(const Ip& ip) const;
  /// A TCP connection is there, or gone.
  void connected(const Peer& peer);
  void disconnected(const Peer& peer);
  /// Takes over another configuration. Sessions of models whose configuration is the same live on.
  void reconfigure(Config config);
  /// Refuses new work from now on; `drained` is true once everything taken is answered.
  void close_doors();
  bool drained() const { return pending_ == 0 && pacer_.held() == 0; }

  base::Time next_due() const { return timers_.next_due(); }
  void run_due();

  /// Processes of isolated models may have fallen: deals with those that have.
  void look_for_falls();
  /// One has: that of the model that was the number-th to be served.
  void fell(std::uint32_t number, const models::Fall& fall);

  /// A line of the log, for those who subscribed.
  void tell_log(Level level, const std::string& line);
  /// Somebody did. Thread: [any].
  bool log_subscribed() const { return log_subscribers_ > 0; }

  const Catalog& catalog() const { return catalog_; }
  const Clients& clients() const { return clients_; }
  /// Everything that is counted, as it is now.
  Figures figures() const;

  const Metrics& metrics() const { return metrics_; }
  const Guard& guard() const { return guard_; }
  const Config& config() const { return config_; }

 private:
  using Handler = void (Daemon::*)(Request&, const protocol::Arguments&);
  struct Row {
    std::string_view address;
    Handler handler;
  };
  static std::span<const Row> rows();
  friend struct DaemonTable;  // for the test that compares the table with the schema

  // daemon.cpp: from packet to handler
  void keep_house(base::Time at);
  void tell_withheld(base::Time at);
  void malformed(const Peer& from, const protocol::Malformed& why);
  void dispatch(const Peer& from, const protocol::MessageView& message, bool alone);
  void dispatch_entry(const Peer& from, const protocol::Entry& entry, const protocol::MessageView& message, bool alone);
  void unknown_address(const Peer& from, const protocol::MessageView& message);
  bool repeated(Request& request, const protocol::MessageView& message, Client& client);
  std::shared_ptr<Client> client_of(const Peer& from);
  void renew(const std::shared_ptr<Client>& client);
  Peer route(const Client* client, const Peer& from) const;
  int mtu_of(const Client* client, const Session* session = nullptr) const;
  base::Time now() const { return parts_.now(); }
  std::string nearest_address(std::string_view address) const;

  // on_clients.cpp
  void on_hello(Request&, const protocol::Arguments&);
  void on_attach(Request&, const protocol::Arguments&);
  void on_bye(Request&, const protocol::Arguments&);
  void on_sync(Request&, const protocol::Arguments&);
  void on_ping(Request&, const protocol::Arguments&);
  void on_quit(Request&, const protocol::Arguments&);
  void on_mtu(Request&, const protocol::Arguments&);
  /// @param key  that it was told earlier; 0: none
  std::shared_ptr<Client> greet(Request& request, std::uint16_t reply_port, const std::string& name, std::int32_t key);
  /// This address said a number that it can only know from us, rightly or not.
  void named(const Ip& ip, std::int32_t number, bool right);
  bool says_key(const Client& client, const Request& request, std::int32_t key);
  void lease_ended(const std::weak_ptr<Client>& client);
  void leave(Client& client);
  void keep(const Client& client);
  void tell_restarted();

  // on_status.cpp
  void on_status(Request&, const protocol::Arguments&);
  void on_subscribe(Request&, const protocol::Arguments&);
  protocol::Bytes status_packet(std::int32_t id);
  void push_status();
  std::size_t open_sessions() const;
  template <class Write>
  void push(std::string_view topic, Write write);
  /// An event of a session, to subscribers that are not its own client.
  void push_event(const Session& session, protocol::Bytes packet);
  void count_subscribers();

  // on_models.cpp
  void on_models(Request&, const protocol::Arguments&);
  void on_model_info(Request&, const protocol::Arguments&);
  void on_labels(Request&, const protocol::Arguments&);
  void on_load(Request&, const protocol::Arguments&);
  void on_unload(Request&, const protocol::Arguments&);
  void on_reload(Request&, const protocol::Arguments&);
  void when_ready(std::string_view model, Catalog::Ready ready);
  Catalog::Done loading(const Request& request);
  void forgive(const std::string& model);
  void model_changed(const std::string& name, const Catalog::Item& item, std::chrono::nanoseconds took);
  void end_sessions_of(const std::string& model);
  /// A session that streams goes over to this version of its model, block by block.
  void hand_over(const std::shared_ptr<Session>& session, const std::shared_ptr<const ServedModel>& served,
                 std::size_t method);
  void carry_over(const std::string& model, const std::shared_ptr<const ServedModel>& served);

  // falling.cpp
  void end_sessions_of(std::uint32_t number, const models::Fall& fall);
  void start_again(const std::string& model, const base::Error& why, base::Duration pause);

  // watching.cpp
  void watch_files(base::Time at);
  void looked(const std::map<std::string, std::uint64_t>& stamps);

  // on_sessions.cpp
  void on_open(Request&, const protocol::Arguments&);
  void opened(const Request& request, const std::shared_ptr<Session>& session);
  /// The refusal, where no more sessions may be open.
  std::optional<base::Error> no_room(const Request& request) const;
  void on_close(Request&, const protocol::Arguments&);
  void on_enable(Request&, const protocol::Arguments&);
  void on_expire(Request&, const protocol::Arguments&);
  void on_method(Request&, const protocol::Arguments&);
  void on_reset(Request&, const protocol::Arguments&);
  void on_set(Request&, const protocol::Arguments&);
  void on_set_at(Request&, const protocol::Arguments&);
  void on_get(Request&, const protocol::Arguments&);
  void answer_value(const Request& request, std::int32_t session, std::string_view attribute,
                    std::span<const models::Value> values);
  base::Result<std::shared_ptr<Session>> find_session(const Request& request, std::int32_t number);
  /// It was neither closed nor ended.
  bool is_open(const Session& session) const;
  /// As find_session; answers the failure itself.
  std::shared_ptr<Session> session_of(const Request& request, std::int32_t number);
  /// The session of a message without an id; complains itself.
  std::shared_ptr<Session> stream_session(const Request& request, std::int32_t number);
  /// The session's sound goes through its method of its model as they are now, from the next input on.
  void hear_with_method(Session& session, const Peer& events_to);
  bool is_setting(const Session& session, std::string_view attribute) const;

  // on_work.cpp: calls of models, their numbers in input_
  void on_run(Request&, const protocol::Arguments&);
  void on_ask(Request&, const protocol::Arguments&);
  std::shared_ptr<Seat> implied_seat(Client& client, const std::shared_ptr<const ServedModel>& served);
  using Use = std::function<base::Status(models::Instance&)>;
  /// Runs `use` on an instance: that of the one seat, else the lane's of the thread that comes to it. `finish` follows
  /// on [net].
  void perform(const std::shared_ptr<const ServedModel>& served, const std::shared_ptr<Seat>& seat,
               std::optional<base::Time> useless_after, Use use, std::function<void(base::Status)> finish,
               Turn turn = {});
  void perform_in(const std::shared_ptr<const ServedModel>& served, Seats seats,
                  std::optional<base::Time> useless_after, Use use, std::function<void(base::Status)> finish,
                  Turn turn = {});
  /// A call of this model, for this client.
  Turn call_of(const ServedModel& served, const Client* client) const;
  /// True when this method may answer input_ here and now.
  bool at_once(const ServedModel& served, const Seat* seat, std::size_t method) const;
  /// input_ → output_, on this thread.
  base::Status run_here(const std::shared_ptr<const ServedModel>& served, Seat* seat, std::size_t method);
  void note_asked(const std::shared_ptr<const ServedModel>& served, std::size_t method);
  void keep_warm(base::Time at);
  void ask(const Request& request, const std::shared_ptr<const ServedModel>& served);
  void answer_result(const Request& request, const Session* session, base::Position position,
                     std::span<const float> output);

  // on_streams.cpp: sound in, events and frames out
  void on_frames(Request&, const protocol::Arguments&);
  void on_audio(Request&, const protocol::Arguments&);
  void on_reorder(Request&, const protocol::Arguments&);
  void on_format(Request&, const protocol::Arguments&);
  void on_playhead(Request&, const protocol::Arguments&);
  void on_resend(Request&, const protocol::Arguments&);
  void on_late(Request&, const protocol::Arguments&);
  void complain(const Request& request, const base::Error& error);
  /// The session, where it hears; complains itself.
  std::shared_ptr<Session> hearing_session(const Request& request, std::int32_t number);
  void take_input(const Request& request, const std::shared_ptr<Session>& session, std::int32_t seq, Input input);
  /// Frames that may wait for the model.
  std::int64_t most_waiting(const Session& session) const;

  // feeding.cpp: what waits in the flows of sessions, to the workers
  void feed(const std::shared_ptr<Session>& session);
  void gather(const Asked& asked);
  std::vector<std::shared_ptr<Session>> next_of(const Asked& asked, Crowd& crowd);
  bool queue_is_full(const ServedModel& served) const;
  void listen(std::vector<std::shared_ptr<Session>> sessions, std::function<void()> then);
  void note_taken_over(Session& session, const Ear& ear);
  void heard(const std::shared_ptr<Session>& session, base::Status status, const models::StreamOutput& out);
  /// What was sent to these receivers has to leave first.
  bool congested(const Session& session) const;
  void feed_later(const std::shared_ptr<Session>& session);
  Peer events_of(const Session& session) const;

  // telling.cpp: what a session heard, on the wire
  void tell_events(const Session& session, std::span<const models::Heard> events);
  void tell_frames(const Session& session, const models::StreamOutput& out);
  void tell_some(const Session& session, base::Position at, std::size_t width, std::span<const float> values,
                 std::string_view format);
  std::size_t frames_at_once(const Session& session, std::size_t width, std::string_view format);
  static std::string_view format_of(const Session& session);
  void tell_missing(const Session& session, std::int32_t from, std::int32_t to);

  // on_notes.cpp: notes ahead of the host
  void on_note(Request&, const protocol::Arguments&);
  void on_play(Request&, const protocol::Arguments&);
  void on_stop(Request&, const protocol::Arguments&);
  void on_horizon(Request&, const protocol::Arguments&);
  void on_lookahead(Request&, const protocol::Arguments&);
  void on_policy(Request&, const protocol::Arguments&);
  /// The session, where it plans; answers the failure itself.
  std::shared_ptr<Session> planning_session(const Request& request, std::int32_t number);
  void on_planning_playhead(const Request& request, const std::shared_ptr<Session>& session,
                            const protocol::Arguments& arguments);
  void plan(const std::shared_ptr<Session>& session);
  void complain_of_plan(const Session& session, const base::Error& error);
  void tell_notes(const Session& session, const std::vector<PlannedNote>& notes);
  /// A session whose method plans notes has what that takes.
  void plan_with_method(Session& session, const Peer& events_to);

  // on_buffers.cpp: sound for a model's own buffers
  void on_buffer(Request&, const protocol::Arguments&);
  void on_buffer_data(Request&, const protocol::Arguments&);
  void on_buffer_clear(Request&, const protocol::Arguments&);
  std::shared_ptr<Session> buffer_session(const Request& request, const protocol::Arguments& arguments);
  void with_buffer(const Request& request, const std::shared_ptr<Session>& session, Use use);

  // on_file.cpp: a sound file through a session
  void on_file(Request&, const protocol::Arguments&);
  void on_cancel(Request&, const protocol::Arguments&);
  void run_file(const std::shared_ptr<FileRun>& run);
  void file_read(const std::shared_ptr<FileRun>& run, const base::Status& status);
  void end_file(const std::shared_ptr<FileRun>& run, const base::Status& status);
  void tell_job(FileRun& run, std::string_view state, std::string_view text);

  // on_alias.cpp: other people's addresses
  struct AliasCall {
    Peer from;
    std::shared_ptr<const Alias> alias;
    base::Time arrived;
    bool in_step;  ///< as in Request
    std::weak_ptr<Client> client = {};
    std::uint64_t order = 0;
  };
  void on_alias(AliasCall call, const protocol::MessageView& message);
  void alias_ready(const AliasCall& call, const std::shared_ptr<const ServedModel>& served);
  void alias_answer(const AliasCall& call, const models::Method& method, std::span<const float> output);
  void alias_fail(const AliasCall& call, const base::Error& error);

  // on_synths.cpp: melodies that scsynth plays
  void on_synth(const Peer& from, const std::shared_ptr<Synth>& synth, std::string_view verb,
                const protocol::MessageView& message);
  base::Status set_synth(Synth& synth, const protocol::Arguments& arguments) const;
  void configure_synths();
  void autoplay();
  void play_synth(const std::shared_ptr<Synth>& synth);
  void stop_synth(Synth& synth);
  /// Waits for its model, and plans its line from where nothing is held.
  void open_synth(const std::shared_ptr<Synth>& synth);
  void close_synth(Synth& synth);
  void synth_ready(const std::shared_ptr<Synth>& synth, const std::shared_ptr<const ServedModel>& served);
  void synth_failed(Synth& synth, const base::Error& error);
  /// Sessions of synths for which that is true end, and are opened again where they still play.
  void end_synth_sessions(const std::function<bool(const ServedModel&)>& of);
  /// Moves the playhead, again and again while it plays.
  void advance_synth(const std::shared_ptr<Synth>& synth, std::uint64_t turn);
  void send_notes(const std::shared_ptr<Synth>& synth);
  void to_scsynth(const Synth& synth, protocol::Bytes packet);
  void expect_scsynth(const std::shared_ptr<Synth>& synth);
  void heard_scsynth(const std::vector<std::shared_ptr<Synth>>& synths, const protocol::MessageView& message);
  void log_synth(Synth& synth, const std::string& text);

  base::ThreadRole net_;
  Keeper nothing_kept_;
  Config config_;
  Parts parts_;
  base::Time began_;
  Chance chance_;
  std::int32_t boot_;
  Timers timers_;
  Guard guard_;
  Pacer pacer_;
  Metrics metrics_;
  Answers answers_;
  Clients clients_;
  Catalog catalog_;
  Falls falls_;
  Aliases aliases_;
  Synths synths_;
  std::map<Asked, Crowd> crowds_;
  std::unordered_map<std::int32_t, std::weak_ptr<Session>> sessions_;
  Client nobody_;                            // stands for those who found no room: one limit for what they are told
  std::vector<Handler> handlers_;            // by row of the schema
  std::vector<std::string> full_addresses_;  // by row of the schema
  protocol::Reader reader_;
  protocol::Arguments arguments_;
  std::vector<float> input_, output_;  // of calls that run here and now
  std::size_t dropped_told_ = 0;
  int restarts_ = 0;
  std::uint64_t withheld_told_ = 0;
  base::Time withheld_told_at_{};
  struct {
    std::weak_ptr<const ServedModel> served;
    std::size_t method = 0;
    std::vector<float> input, output;
    base::Time asked{};
    bool armed = false;
  } warm_;                   // the model last asked on this thread
  std::uint64_t count_ = 0;  // requests so far
  std::size_t pending_ = 0;  // jobs and waits not finished
  std::size_t loads_ = 0;    // of these, loads
  std::atomic<int> log_subscribers_ = 0;
  int event_subscribers_ = 0;
  struct Look {
    std::uint64_t loaded, last;  ///< stamps of the files: as they were loaded, and as the last look found them
  };
  std::map<std::string, Look> watched_;  // by model
  bool looking_ = false;
  bool status_due_ = false;
  bool closing_ = false;
};

}  // namespace server
