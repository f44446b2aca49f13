#include "pack.hpp"

namespace models {

void Packer::spill(const std::byte* from, std::size_t bytes) {
  if (own_.empty()) own_.assign(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(size_));
  own_.insert(own_.end(), from, from + bytes);
  size_ = own_.size();
}

}  // namespace models
