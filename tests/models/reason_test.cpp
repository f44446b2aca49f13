#include <gtest/gtest.h>

#include "../../models/torch/reason.hpp"

namespace {

TEST(Reason, IsTheRaisedLineWithoutTheTraceback) {
  EXPECT_EQ(models::raised_reason("The following operation failed in the TorchScript interpreter.\n"
                                  "Traceback of TorchScript, serialized code (most recent call last):\n"
                                  "  File \"code/__torch__.py\", line 9, in forward\n"
                                  "    ops.prim.RaiseException(\"no\")\n"
                                  "    ~~~~~~~~~~~~~~~~~~~~~~~ <--- HERE\n"
                                  "    else:\n\n"
                                  "builtins.ValueError: the cutoff is above the moon\n"),
            "the cutoff is above the moon");
  EXPECT_EQ(models::raised_reason("Traceback of TorchScript (most recent call last):\nRuntimeError: no\n"), "no");
}

TEST(Reason, LosesTheClassOfTheExceptionAndNothingElse) {
  EXPECT_EQ(models::raised_reason("RuntimeError: AssertionError: below one, please"), "below one, please");
  EXPECT_EQ(models::raised_reason("Fader 3: stuck"), "Fader 3: stuck");
  EXPECT_EQ(models::raised_reason("Error: "), "Error:");
}

TEST(Reason, IsTheFirstLineOfAnythingElse) {
  EXPECT_EQ(models::raised_reason("\nUnknown builtin op: foo::bar.\nCould not find any similar ops."),
            "Unknown builtin op: foo::bar.");
  EXPECT_EQ(models::raised_reason(""), "no reason given");
  EXPECT_EQ(models::raised_reason(std::string(5000, 'x')).size(), 300U);
}

TEST(Reason, CutsBetweenLettersAndObeysNoControlCharacters) {
  const std::string letters = std::string(299, 'x') + "\u00e4\u00e4";
  EXPECT_EQ(models::raised_reason(letters), std::string(299, 'x'));
  EXPECT_EQ(models::raised_reason("\u00e4\tb\x1b[2J"), "\u00e4?b?[2J");
  EXPECT_EQ(models::load_reason("a.ts", "expected ) but found '\x80\xff' here:"),
            "a.ts could not be loaded: expected ) but found '?\?' here:");
}

TEST(Reason, ADamagedArchiveIsCalledSo) {
  EXPECT_EQ(models::load_reason("a.ts", "PytorchStreamReader failed reading file x: unexpected decompressed size."),
            "a.ts could not be loaded: it is damaged");
  EXPECT_EQ(models::load_reason("a.ts", "type.present() INTERNAL ASSERT FAILED at \"parser.cpp\":531"),
            "a.ts could not be loaded: it is damaged");
}

TEST(Reason, NamesTheFileThatIsNoArchiveAndTheOneWithoutAProgram) {
  EXPECT_EQ(
      models::load_reason("a.ts", "PytorchStreamReader failed reading zip archive: failed finding central directory"),
      "a.ts is no TorchScript file, or was cut short");
  EXPECT_EQ(models::load_reason("a.ts", "PytorchStreamReader failed locating file constants.pkl: file not found"),
            "a.ts holds no TorchScript program: write it with torch.jit.save (torch.save keeps weights only)");
  EXPECT_EQ(models::load_reason("a.ts", "Unknown type name 'Foo':\n  File…"),
            "a.ts could not be loaded: Unknown type name 'Foo':");
}

}  // namespace
