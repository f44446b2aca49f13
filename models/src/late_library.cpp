#include "models/late_library.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>
#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

namespace models {

namespace {

#if defined(__APPLE__)
std::filesystem::path program_folder() {
  std::uint32_t size = 0;
  _NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (_NSGetExecutablePath(path.data(), &size) != 0) return {};
  std::error_code error;
  return std::filesystem::weakly_canonical(path.c_str(), error).parent_path();
}
#else
std::filesystem::path program_folder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}
#endif

std::vector<std::filesystem::path> folders() {
  if (const char* named = std::getenv("OSCINE_ENGINE_PATH"); named != nullptr && *named != '\0') return {named};
  const auto here = program_folder();
  return {here, here.parent_path() / "lib" / "oscine"};
}

base::Error not_opened(std::string text) { return {base::ErrorCode::kLoading, std::move(text)}; }

std::string last_dl_error() {
  const char* text = dlerror();
  return text != nullptr ? text : "no reason given";
}

}  // namespace

base::Result<void*> open_late(std::string_view file, const char* entry) {
  std::string looked_in;
  for (const auto& folder : folders()) {
    const auto path = folder / file;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      looked_in += (looked_in.empty() ? "" : ", ") + folder.string();
      continue;
    }
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return not_opened(std::string(file) + " could not be opened: " + last_dl_error());
    void* found = dlsym(library, entry);
    if (found == nullptr) return not_opened(std::string(file) + " is no library of ours: " + last_dl_error());
    return found;
  }
  return not_opened(std::string(file) + " was not found in " + looked_in + "; OSCINE_ENGINE_PATH may name its folder");
}

}  // namespace models
