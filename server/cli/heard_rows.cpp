#include "server/cli/heard_rows.hpp"

#include <algorithm>
#include <ostream>

#include "server/cli/json.hpp"
#include "server/cli/note.hpp"

namespace server {

namespace {

using models::Answer;
using models::Heard;
using models::StreamOutput;

/// One value of a row, with what is needed to print it for people and for programs.
struct Cell {
  enum class Kind { kText, kWhole, kSeconds, kNumber };
  Kind kind = Kind::kWhole;
  std::string text = {};
  double number = 0;
};
using Row = std::vector<Cell>;

Cell text(std::string value) { return {Cell::Kind::kText, std::move(value)}; }
Cell whole(std::int64_t value) { return {Cell::Kind::kWhole, std::to_string(value)}; }
Cell number(double value) { return {Cell::Kind::kNumber, {}, value}; }
Cell seconds(double value) { return {Cell::Kind::kSeconds, {}, value}; }

struct Column {
  std::string name;
  bool left = false;  ///< texts stand at the left, numbers at the right
  std::size_t width = 0;
};

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Of the longest of these, within 8 and `most`; what is longer only shifts its own line.
std::size_t width_of(const std::vector<std::string>& texts, std::size_t most) {
  std::size_t width = 8;
  for (const auto& text : texts) width = std::max(width, std::min(characters(text), most));
  return width;
}

std::vector<Column> columns_of(const RowSubject& subject) {
  std::vector<Column> columns;
  if (subject.files.size() > 1) columns.push_back({"file", true, width_of(subject.files, 80)});
  columns.push_back({"position", false, 10});
  columns.push_back({"time", false, 10});
  const auto add = [&](std::initializer_list<Column> more) { columns.insert(columns.end(), more); };
  const auto width = width_of(subject.labels, 32);
  if (subject.answer == Answer::kLabels) add({{"label", true, width}, {"score", false, 6}, {"rank", false, 4}});
  if (subject.answer == Answer::kHits || subject.answer == Answer::kOnsets)
    add({{"hit", true, width}, {"velocity", false, 8}, {"score", false, 6}});
  if (subject.answer == Answer::kPitch)
    add({{"hz", false, 9}, {"note", true, 4}, {"cents", false, 5}, {"confidence", false, 10}});
  if (subject.channels && subject.answer != Answer::kFrames) columns.push_back({"channel", false, 7});
  return columns;
}

/// How number `i` of a frame is called: by its class, where there is one for each.
std::string number_name(const RowSubject& subject, int i) {
  const auto index = static_cast<std::size_t>(i);
  return static_cast<std::size_t>(subject.width) == subject.labels.size() ? subject.labels[index]
                                                                          : std::to_string(i + 1);
}

Row row_of(const RowSubject& subject, const std::string& file, double rate, const Heard& heard) {
  Row row;
  if (subject.files.size() > 1) row.push_back(text(file));
  row.push_back(whole(heard.at));
  row.push_back(seconds(static_cast<double>(heard.at) / rate));
  if (subject.answer == Answer::kPitch) {
    const auto note = note_of(static_cast<double>(heard.value));
    for (const auto& cell : {number(static_cast<double>(heard.value)), text(note.name), whole(note.cents),
                             number(static_cast<double>(heard.score))})
      row.push_back(cell);
  } else if (subject.answer == Answer::kLabels) {
    for (const auto& cell : {text(heard.name), number(static_cast<double>(heard.value)), whole(heard.rank)})
      row.push_back(cell);
  } else {
    for (const auto& cell :
         {text(heard.name), number(static_cast<double>(heard.value)), number(static_cast<double>(heard.score))})
      row.push_back(cell);
  }
  if (subject.channels) row.push_back(whole(heard.channel));
  return row;
}

/// "0.812", "440.42": enough digits for an eye.
std::string short_number(double value) {
  char out[32];
  std::snprintf(out, sizeof out, std::abs(value) < 10 ? "%.3f" : "%.2f", value);
  return out;
}

/// For programs: seconds to the microsecond, numbers so that they read back as they were.
std::string exact(const Cell& cell) {
  if (cell.kind == Cell::Kind::kNumber) return number_text(static_cast<float>(cell.number));
  if (cell.kind != Cell::Kind::kSeconds) return cell.text;
  char out[32];
  std::snprintf(out, sizeof out, "%.6f", cell.number);
  return out;
}

std::string for_eyes(const Cell& cell) {
  if (cell.kind == Cell::Kind::kNumber) return short_number(cell.number);
  return cell.kind == Cell::Kind::kSeconds ? time_text(cell.number) : printable(cell.text);
}

/// What all forms share: they get the cells of one row, and of a frame its numbers besides.
class Rows : public HeardRows {
 public:
  Rows(RowSubject subject, std::ostream& out)
      : subject_(std::move(subject)), out_(out), columns_(columns_of(subject_)) {}

  void print(const std::string& file, double rate, const StreamOutput& heard) override {
    for (const auto& one : heard.events) row(row_of(subject_, file, rate, one), {});
    const auto width = static_cast<std::size_t>(heard.width);
    for (std::size_t i = 0; i < heard.frames_at.size(); ++i) {
      Row cells;
      if (subject_.files.size() > 1) cells.push_back(text(file));
      cells.push_back(whole(heard.frames_at[i]));
      cells.push_back(seconds(static_cast<double>(heard.frames_at[i]) / rate));
      row(cells, std::span(heard.frames).subspan(i * width, width));
    }
  }

 protected:
  virtual void row(const Row& cells, std::span<const float> numbers) = 0;

  RowSubject subject_;
  std::ostream& out_;
  std::vector<Column> columns_;
};

class TableRows : public Rows {
 public:
  using Rows::Rows;

  void begin() override {
    std::string line;
    for (const auto& column : columns_) add(line, column, column.name);
    if (subject_.answer == Answer::kFrames) line += "numbers";
    put(line);
  }
  void end() override {}

 private:
  static constexpr std::size_t kShown = 8;  ///< numbers of a frame; the rest is for --csv and --json

  static void add(std::string& line, const Column& column, const std::string& text) {
    const auto used = characters(text);
    const std::string space(used < column.width ? column.width - used : 0, ' ');
    line += (column.left ? text + space : space + text) + "  ";
  }
  void put(std::string& line) {
    line.erase(line.find_last_not_of(' ') + 1);
    out_ << line << "\n";
  }
  void row(const Row& cells, std::span<const float> numbers) override {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) add(line, columns_[i], for_eyes(cells[i]));
    for (const float one : numbers.first(std::min(numbers.size(), kShown)))
      line += short_number(static_cast<double>(one)) + " ";
    if (numbers.size() > kShown) line += "… (" + std::to_string(numbers.size()) + ")";
    put(line);
  }
};

class CsvRows : public Rows {
 public:
  using Rows::Rows;

  void begin() override {
    std::string line;
    for (const auto& column : columns_) add(line, column.name);
    if (subject_.answer == Answer::kFrames) {
      for (int i = 0; i < subject_.width; ++i) add(line, number_name(subject_, i));
    }
    out_ << line << "\n";
  }
  void end() override {}

 private:
  /// In quotes where it must be, as RFC 4180 has it.
  static void add(std::string& line, const std::string& text) {
    if (!line.empty()) line += ',';
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
      line += text;
      return;
    }
    line += '"';
    for (const char c : text) line += c == '"' ? "\"\"" : std::string(1, c);
    line += '"';
  }
  void row(const Row& cells, std::span<const float> numbers) override {
    std::string line;
    for (const auto& cell : cells) add(line, exact(cell));
    for (const float one : numbers) add(line, number_text(one));
    out_ << line << "\n";
  }
};

/// One array, an object on each line.
class JsonRows : public Rows {
 public:
  using Rows::Rows;

  void begin() override { out_ << "["; }
  void end() override { out_ << "\n]\n"; }

 private:
  void row(const Row& cells, std::span<const float> numbers) override {
    JsonWriter json;
    json.open('{');
    for (std::size_t i = 0; i < cells.size(); ++i) {
      json.key(columns_[i].name);
      if (cells[i].kind == Cell::Kind::kText) {
        json.text(cells[i].text);
      } else if (cells[i].kind == Cell::Kind::kNumber) {
        json.number(cells[i].number);
      } else {
        json.literal(exact(cells[i]));
      }
    }
    if (subject_.answer == Answer::kFrames) {
      json.key("values").open('[');
      for (const float one : numbers) json.number(one);
      json.close(']');
    }
    out_ << (first_ ? "\n" : ",\n") << json.close('}').str();
    first_ = false;
  }
  bool first_ = true;
};

}  // namespace

std::unique_ptr<HeardRows> HeardRows::make(RowForm form, RowSubject subject, std::ostream& out) {
  if (form == RowForm::kCsv) return std::make_unique<CsvRows>(std::move(subject), out);
  if (form == RowForm::kJson) return std::make_unique<JsonRows>(std::move(subject), out);
  return std::make_unique<TableRows>(std::move(subject), out);
}

std::string time_text(double seconds) {
  const auto all = static_cast<std::int64_t>(std::llround(seconds * 1000));
  char out[40];
  std::snprintf(out, sizeof out, "%lld:%02d.%03d", static_cast<long long>(all / 60000),
                static_cast<int>(all / 1000 % 60), static_cast<int>(all % 1000));
  return out;
}

}  // namespace server
