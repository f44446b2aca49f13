#include "server/record/run_reader.hpp"

#include <utility>

namespace server {

using base::Error;
using base::ErrorCode;

base::Status RunReader::open() {
  if (!records_.head())
    return Error{ErrorCode::kMalformed, "this is no recording of oscine, or one of a later version"};
  while ((ahead_ = records_.next()) && !ahead_->is_event()) {
    if (ahead_->kind == RecordKind::kAbout) about_[ahead_->name] = ahead_->text;
    if (ahead_->kind == RecordKind::kConfig) config_ = std::move(*ahead_);
    if (ahead_->kind == RecordKind::kFile) files_.push_back(std::move(*ahead_));
  }
  if (ahead_ && ahead_->kind == RecordKind::kStarted) return {};
  return Error{ErrorCode::kMalformed,
               "the recording ends before its daemon began" + (fault().empty() ? "" : ": " + fault())};
}

const std::string& RunReader::about(const std::string& name) const {
  static const std::string kNothing;
  const auto it = about_.find(name);
  return it == about_.end() ? kNothing : it->second;
}

std::optional<RecordedEvent> RunReader::next() {
  if (!ahead_) return std::nullopt;
  RecordedEvent event{.number = count_++, .cause = *std::exchange(ahead_, std::nullopt)};
  while (auto record = records_.next()) {
    if (record->kind == RecordKind::kEnd) {
      complete_ = true;
      break;
    }
    if (record->is_event()) {
      ahead_ = std::move(record);
      break;
    }
    if (record->kind == RecordKind::kLeft) event.left.push_back(std::move(*record));
    if (record->kind == RecordKind::kFate) event.fates.push_back(std::move(*record));
    if (record->kind == RecordKind::kFile) files_.push_back(std::move(*record));
    if (record->kind == RecordKind::kModel) event.model = std::move(*record);
    if (record->kind == RecordKind::kCalendar) event.calendar.emplace_back(std::chrono::nanoseconds(record->at));
    if (record->kind == RecordKind::kReadings) {
      event.readings = std::move(record->readings);
      event.whole = true;
    }
  }
  return event;
}

}  // namespace server
