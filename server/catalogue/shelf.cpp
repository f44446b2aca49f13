#include "server/catalogue/shelf.hpp"

#include <algorithm>

#include "models/model.hpp"
#include "server/catalogue/part_file.hpp"
#include "server/catalogue/transfer.hpp"

namespace server {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::uint64_t kLargestText = 1048576;  // of an index, of a card

/// "There with this hash", "there with another", "not there".
enum class Found { kNothing, kSame, kOther };

Found look(const fs::path& file, const std::string& sha256) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(file, error))) return Found::kNothing;
  const auto found = models::sha256(file);
  return found && *found == sha256 ? Found::kSame : Found::kOther;
}

Status enough_room(const fs::path& folder, std::uint64_t size) {
  std::error_code error;
  const auto space = fs::space(folder, error);
  if (error || space.available >= size) return {};
  return Error{ErrorCode::kForbidden, "the disk of " + folder.string() + " has " +
                                          std::to_string(space.available / 1000000) + " MB left; " +
                                          std::to_string(size / 1000000 + 1) + " MB are needed"};
}

}  // namespace

/// One file of a model.
struct Shelf::Piece {
  fs::path file;  ///< what it is called here
  std::string from, sha256;
  std::uint64_t size = 0;   ///< exactly; 0: not known
  std::uint64_t limit = 0;  ///< at most
};

namespace {

/// Goes on from what is there. @return whether the place could.
template <class Piece>
Result<Transferred> append(const PartFile& part, const std::string& address, const Piece& piece,
                           const Shelf::Watcher& watcher) {
  bool written = true;
  std::uint64_t done = part.size();
  const auto ended = transfer(address, done, piece.limit - done, [&](std::span<const char> bytes) {
    done += bytes.size();
    watcher(done, piece.limit);
    return written = part.append(bytes);
  });
  if (written) return ended;
  return Error{ErrorCode::kForbidden, part.path().string() + " cannot be written: the disk is full"};
}

template <class Piece>
Status compare(const PartFile& part, const std::string& address, const Piece& piece) {
  const auto found = models::sha256(part.path());
  if (!found) return found.error();
  if (piece.size != 0 && part.size() != piece.size) {
    return Error{ErrorCode::kModelFailed, address + " has " + std::to_string(part.size()) +
                                              " bytes; the catalogue says " + std::to_string(piece.size)};
  }
  if (*found == piece.sha256) return {};
  return Error{ErrorCode::kModelFailed, address + " is not the file of the catalogue: its sha256 is " + *found +
                                            ", the catalogue says " + piece.sha256};
}

/// Whole and right, or nothing of it is kept; what broke off is kept for the next time.
template <class Piece>
Status complete(const PartFile& part, const std::string& address, const Piece& piece, const Shelf::Watcher& watcher) {
  if (part.size() > piece.limit) part.empty();
  const bool resumed = part.size() > 0;
  auto ended = part.size() < piece.limit ? append(part, address, piece, watcher) : Transferred::kWhole;
  if (ended && *ended == Transferred::kNoResume) {
    part.empty();
    ended = append(part, address, piece, watcher);
  }
  if (!ended) {
    if (ended.error().code == ErrorCode::kTooLarge || part.size() == 0) part.remove();
    return ended.error();
  }
  auto same = compare(part, address, piece);
  if (same) return same;
  part.empty();
  if (resumed) return complete(part, address, piece, watcher);  // what lay there was of something else
  part.remove();
  return same;
}

}  // namespace

std::vector<Shelf::Piece> Shelf::pieces_of(const CatalogueEntry& entry) const {
  std::vector<Piece> pieces;
  if (!entry.card.empty()) pieces.push_back({card_of(entry), entry.card, entry.card_sha256, 0, kLargestText});
  pieces.push_back({file_of(entry), entry.file, entry.sha256, entry.size, entry.size});
  return pieces;
}

Result<PartFile> Shelf::bring(const Piece& piece, const Watcher& watcher) const {
  const auto address = address_from(index_, piece.from);
  if (!address) return address.error();
  const auto hidden = "." + piece.file.filename().string() + "." + piece.sha256.substr(0, 16) + ".part";
  auto part = PartFile::open(folder_ / hidden);
  if (!part) return part;
  if (auto room = enough_room(folder_, piece.size - std::min(piece.size, part->size())); !room) return room.error();
  if (auto done = complete(*part, *address, piece, watcher); !done) return done.error();
  return part;
}

Result<Shelf::Fetched> Shelf::fetch(const CatalogueEntry& entry, bool replace, const Watcher& watcher) const {
  std::vector<Piece> wanted;
  for (auto& piece : pieces_of(entry)) {
    const auto found = look(piece.file, piece.sha256);
    if (found == Found::kSame) continue;
    if (found == Found::kOther && !replace) {
      return Error{ErrorCode::kWrongState,
                   piece.file.string() + " is there, and is not the file of the catalogue; --force replaces it"};
    }
    wanted.push_back(std::move(piece));
  }
  if (wanted.empty()) return Fetched::kThere;
  std::vector<PartFile> parts;
  for (const auto& piece : wanted) {
    auto part = bring(piece, watcher);
    if (!part) return part.error();
    parts.push_back(std::move(*part));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (auto named = parts[i].become(wanted[i].file); !named) return named.error();
  }
  return Fetched::kNew;
}

Status Shelf::remove(const CatalogueEntry& entry, bool any) const {
  std::size_t there = 0;
  for (const auto& piece : pieces_of(entry)) {
    const auto found = look(piece.file, piece.sha256);
    if (found != Found::kNothing) ++there;
    if (found == Found::kOther && !any) {
      return Error{ErrorCode::kWrongState,
                   piece.file.string() + " is not the file of the catalogue; --force removes it all the same"};
    }
  }
  if (there == 0) return Error{ErrorCode::kUnknown, "there is no file " + file_of(entry).string()};
  for (const auto& piece : pieces_of(entry)) {
    std::error_code error;
    fs::remove(piece.file, error);
    if (error) return Error{ErrorCode::kForbidden, piece.file.string() + " cannot be removed: " + error.message()};
  }
  return {};
}

Result<std::vector<CatalogueEntry>> read_catalogue(const std::string& index) {
  const auto text = small_text(index, kLargestText);
  if (!text) return text.error();
  return parse_catalogue(*text, index);
}

}  // namespace server
