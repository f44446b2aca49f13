#pragma once
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "models/model.hpp"

namespace server {

enum class RowForm { kTable, kCsv, kJson };

/// What the rows are about.
struct RowSubject {
  models::Answer answer = models::Answer::kLabels;
  std::vector<std::string> labels;  ///< of the model: how wide a column is, how the numbers of frames are called
  int width = 0;                    ///< frames: numbers of one
  std::vector<std::string> files;   ///< where there are several, each row begins with the name of its file
  bool channels = false;            ///< each channel is heard by itself
};

/// Prints what was heard, row by row as it comes, so that an hour of sound needs no memory. Columns are the same in
/// every form: [file,] position (frames of the file), time, then by the answer
///   labels  label score rank · hits, onsets  hit velocity score · pitch  hz note cents confidence · frames  numbers
/// and channel where each is heard by itself. Times are m:ss.mmm in a table and seconds elsewhere.
class HeardRows {
 public:
  /// @param out  outlives the rows.
  static std::unique_ptr<HeardRows> make(RowForm form, RowSubject subject, std::ostream& out);
  virtual ~HeardRows() = default;
  virtual void begin() = 0;
  /// @param rate  of the file, frames per second.
  virtual void print(const std::string& file, double rate, const models::StreamOutput& heard) = 0;
  /// Must come last, also after a failure: a list that was opened is closed.
  virtual void end() = 0;
};

/// "0:07.680", "75:03.001".
std::string time_text(double seconds);

}  // namespace server
