#include "cli/render/completion.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

#include "base/text.hpp"
#include "sample_table.hpp"
#include "support/golden.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::cli {
namespace {

// Asks a real bash what it would offer, with an `aistack` that knows three services.
class BashCompletion : public ::testing::Test {
 protected:
  BashCompletion() {
    std::ofstream(temporary_ / "completion.bash") << bash_completion(sample_table());
    std::ofstream(temporary_ / "aistack")
        << "#!/bin/sh\ncase \"$1 $2\" in\n'catalog --names') echo ollama; echo openwebui;;\n"
           "'catalog --profiles') echo minimal; echo standard-gpu;;\nesac\n";
    ::chmod((temporary_ / "aistack").c_str(), 0755);
    std::ofstream(temporary_ / "file.yaml") << "";
    std::filesystem::create_directory(temporary_ / "folder");
    std::ofstream(temporary_ / "ask.sh")
        << "cd \"$(dirname \"$0\")\" && PATH=$PWD:$PATH && source ./completion.bash || exit 9\n"
           "COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _aistack\n"
           "printf '%s\\n' \"${COMPREPLY[@]}\"\n";
  }

  // Words are separated by spaces; the last one is being typed.
  std::string offered(const std::string& line) {
    auto command = "env -u BASH_ENV LC_ALL=C bash --norc " + (temporary_ / "ask.sh").string();
    for (const auto& word : split(line, ' ')) command += " '" + word + "'";
    command += " 2>&1";
    std::string text;
    FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return "no bash";
    std::array<char, 4096> block;
    while (const auto got = ::fread(block.data(), 1, block.size(), pipe))
      text.append(block.data(), got);
    EXPECT_EQ(::pclose(pipe), 0) << text;
    std::replace(text.begin(), text.end(), '\n', ' ');
    return std::string{trim(text)};
  }

  testing::TemporaryDirectory temporary_;
};

TEST_F(BashCompletion, OffersCommands) {
  EXPECT_EQ(offered("aistack "),
            "install remove uninstall logs catalog models backup gpu-run help version");
  EXPECT_EQ(offered("aistack un"), "uninstall");
  EXPECT_EQ(offered("aistack --json in"), "install");
  EXPECT_EQ(offered("aistack --config x in"), "install");
  EXPECT_EQ(offered("aistack models "), "list download");
  EXPECT_EQ(offered("aistack catalog s"), "show");
}

TEST_F(BashCompletion, OffersServicesProfilesAndChoices) {
  EXPECT_EQ(offered("aistack install "), "ollama openwebui");
  EXPECT_EQ(offered("aistack install ollama op"), "openwebui");
  EXPECT_EQ(offered("aistack remove o"), "ollama openwebui");
  EXPECT_EQ(offered("aistack uninstall ol"), "ollama");
  EXPECT_EQ(offered("aistack remove ollama "), "");
  EXPECT_EQ(offered("aistack catalog show ol"), "ollama");
  EXPECT_EQ(offered("aistack install --profile "), "minimal standard-gpu");
  EXPECT_EQ(offered("aistack install -p m"), "minimal");
  EXPECT_EQ(offered("aistack install --pull a"), "always");
  EXPECT_EQ(offered("aistack install --pull = a"), "always");
  EXPECT_EQ(offered("aistack install --pull ="), "missing always never");
  EXPECT_EQ(offered("aistack models list "), "ollama localai");
  EXPECT_EQ(offered("aistack models download ollama "), "");
}

// `aistack` of another version may print anything.
TEST_F(BashCompletion, ExpandsNothingThatItIsTold) {
  std::ofstream(temporary_ / "aistack") << "#!/bin/sh\nprintf '%s\\n' '$(touch${IFS}made)' "
                                           "'`touch${IFS}made`' '*' '~'\n";
  EXPECT_EQ(offered("aistack install --profile "), "$(touch${IFS}made) `touch${IFS}made` * ~");
  EXPECT_EQ(offered("aistack install --profile *"), "*");
  EXPECT_FALSE(std::filesystem::exists(temporary_ / "made"));
}

TEST_F(BashCompletion, OffersOptionsOfTheCommandAndGlobalOnes) {
  EXPECT_EQ(offered("aistack install --p"), "--profile --pull");
  EXPECT_EQ(offered("aistack uninstall --pu"), "--purge");
  EXPECT_EQ(offered("aistack logs --js"), "--json");
  EXPECT_EQ(offered("aistack --ver"), "--verbose --version");
}

TEST_F(BashCompletion, OffersFilesAndDirectories) {
  EXPECT_EQ(offered("aistack --config fi"), "file.yaml");
  EXPECT_EQ(offered("aistack backup --output fo"), "folder");
  EXPECT_EQ(offered("aistack backup --output fi"), "");
}

// `check` is a shell's command that reads a script and does not run it.
void expect_accepted(const std::string& check, const std::string& script) {
  const testing::TemporaryDirectory temporary;
  const auto file = temporary / "script";
  std::ofstream(file) << script;
  const int status = ::system((check + " " + file.string()).c_str());
  EXPECT_EQ(status, 0) << check << (WEXITSTATUS(status) == 127 ? " is not installed" : "");
}

TEST(ZshCompletion, HasTheSyntaxOfZsh) {
  expect_accepted("zsh -n", zsh_completion(sample_table()));
  expect_accepted("zsh -n", zsh_completion(command_table()));
}

TEST(FishCompletion, IsTakenByFish) {
  // fish reports a bad `complete` on stderr, and goes on.
  const std::string check =
      "sh -c 'command -v fish >/dev/null || exit 127; test -z \"$(fish --no-config \"$0\" 2>&1)\"'";
  expect_accepted(check, fish_completion(sample_table()));
  expect_accepted(check, fish_completion(command_table()));
}

}  // namespace
}  // namespace aistack::cli
