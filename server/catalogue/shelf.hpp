#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/catalogue/part_file.hpp"
#include "server/config/catalogue.hpp"

namespace server {

/// A catalogue, and the folder that its models are put into: FOLDER/NAME.ts, and FOLDER/NAME.yaml where it has a card.
/// A file is complete and of the right hash from the moment that it is there. Thread: one at a time; other processes
/// may do the same meanwhile.
class Shelf {
 public:
  /// Bytes that are there of those that will be.
  using Watcher = std::function<void(std::uint64_t done, std::uint64_t total)>;
  enum class Fetched { kNew, kThere };

  /// @param index  where the catalogue came from: a URL or a path.
  Shelf(std::string index, std::filesystem::path folder) : index_(std::move(index)), folder_(std::move(folder)) {}

  std::filesystem::path file_of(const CatalogueEntry& entry) const { return folder_ / (entry.name + entry.ending); }
  std::filesystem::path card_of(const CatalogueEntry& entry) const { return folder_ / (entry.name + ".yaml"); }

  /// Brings a model. What an earlier call did not finish is gone on with, where the place can.
  /// @param replace  a file of that name with other content is replaced; otherwise kWrongState.
  /// Fails also: as transfer() does; kModelFailed (not what the catalogue says); kForbidden (folder, disk). What was
  /// there stays as it was.
  base::Result<Fetched> fetch(const CatalogueEntry& entry, bool replace, const Watcher& watcher) const;

  /// Takes a model away again, and its card.
  /// @param any  also where its content is not what the catalogue says.  Fails: kUnknown, kWrongState, kForbidden.
  base::Status remove(const CatalogueEntry& entry, bool any) const;

 private:
  struct Piece;
  std::vector<Piece> pieces_of(const CatalogueEntry& entry) const;
  base::Result<PartFile> bring(const Piece& piece, const Watcher& watcher) const;

  std::string index_;
  std::filesystem::path folder_;
};

/// The index at a URL or a path. Fails: as transfer() does, kMalformed.
base::Result<std::vector<CatalogueEntry>> read_catalogue(const std::string& index);

}  // namespace server
