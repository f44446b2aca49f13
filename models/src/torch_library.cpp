#include "torch_library.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

namespace models {

#if !defined(OSCINE_TORCH_VERSION)

std::string_view torch_version() { return "none"; }

base::Result<Engine*> open_torch_library() {
  return base::Error{base::ErrorCode::kLoading,
                     "this build has no LibTorch: build with WITH_TORCH=ON, or name another engine in the card"};
}

#else

namespace {

constexpr char kLibrary[] = "liboscine_torch.so";

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

std::string_view torch_version() { return OSCINE_TORCH_VERSION; }

base::Result<Engine*> open_torch_library() {
  std::string looked_in;
  for (const auto& folder : folders()) {
    const auto file = folder / kLibrary;
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
      looked_in += (looked_in.empty() ? "" : ", ") + folder.string();
      continue;
    }
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return not_opened("the LibTorch engine could not be opened: " + last_dl_error());
    const auto entry = reinterpret_cast<EngineEntry>(dlsym(library, kEngineEntry));
    if (entry == nullptr) return not_opened("this is no engine of ours: " + last_dl_error());
    if (Engine* engine = entry()) return engine;
    return not_opened("LibTorch was opened and did not start");
  }
  return not_opened(std::string(kLibrary) + " was not found in " + looked_in +
                    "; OSCINE_ENGINE_PATH may name its folder");
}

#endif

}  // namespace models
