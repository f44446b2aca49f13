#pragma once
#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "server/cli/text.hpp"

namespace server {

/// Rows of texts, printed in columns that are as wide as their widest text.
class Table {
 public:
  explicit Table(std::vector<std::string> head = {}) {
    if (!head.empty()) add(std::move(head));
  }

  void add(std::vector<std::string> row) {
    for (auto& cell : row) cell = printable(cell);
    widths_.resize(std::max(widths_.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], width(row[i]));
    rows_.push_back(std::move(row));
  }

  void print(std::ostream& out, std::string_view indent = "") const {
    for (const auto& row : rows_) {
      std::string line(indent);
      for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths_[i] - width(row[i]) + 2, ' ');
      line.erase(line.find_last_not_of(' ') + 1);
      out << line << "\n";
    }
  }

 private:
  /// Characters, not bytes.
  static std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
  }

  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

}  // namespace server
