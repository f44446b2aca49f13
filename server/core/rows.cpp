// Which handler serves which address. A test compares this with the schema.
#include "server/core/daemon.hpp"

namespace server {

std::span<const Daemon::Row> Daemon::rows() {
  static constexpr Row kRows[] = {
      {"/hello", &Daemon::on_hello},
      {"/attach", &Daemon::on_attach},
      {"/bye", &Daemon::on_bye},
      {"/sync", &Daemon::on_sync},
      {"/ping", &Daemon::on_ping},
      {"/status", &Daemon::on_status},
      {"/subscribe", &Daemon::on_subscribe},
      {"/models", &Daemon::on_models},
      {"/model/info", &Daemon::on_model_info},
      {"/labels", &Daemon::on_labels},
      {"/load", &Daemon::on_load},
      {"/unload", &Daemon::on_unload},
      {"/reload", &Daemon::on_reload},
      {"/open", &Daemon::on_open},
      {"/close", &Daemon::on_close},
      {"/reset", &Daemon::on_reset},
      {"/enable", &Daemon::on_enable},
      {"/method", &Daemon::on_method},
      {"/expire", &Daemon::on_expire},
      {"/mtu", &Daemon::on_mtu},
      {"/horizon", &Daemon::on_horizon},
      {"/lookahead", &Daemon::on_lookahead},
      {"/policy", &Daemon::on_policy},
      {"/note", &Daemon::on_note},
      {"/play", &Daemon::on_play},
      {"/stop", &Daemon::on_stop},
      {"/reorder", &Daemon::on_reorder},
      {"/format", &Daemon::on_format},
      {"/frames", &Daemon::on_frames},
      {"/audio", &Daemon::on_audio},
      {"/file", &Daemon::on_file},
      {"/cancel", &Daemon::on_cancel},
      {"/playhead", &Daemon::on_playhead},
      {"/resend", &Daemon::on_resend},
      {"/late", &Daemon::on_late},
      {"/set", &Daemon::on_set},
      {"/set/at", &Daemon::on_set_at},
      {"/get", &Daemon::on_get},
      {"/buffer", &Daemon::on_buffer},
      {"/buffer/data", &Daemon::on_buffer_data},
      {"/buffer/clear", &Daemon::on_buffer_clear},
      {"/run", &Daemon::on_run},
      {"/ask", &Daemon::on_ask},
      {"/quit", &Daemon::on_quit},
  };
  return kRows;
}

}  // namespace server
