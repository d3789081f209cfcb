// Runs a fuzz target where libFuzzer is not to be had: over the files of a corpus, every beginning
// of each, and then, for a while, over random changes of them.
//
//   NAME_mutate [--seconds=N] [--seed=N] FILE|DIRECTORY…
//
// What crashed it is in NAME_mutate.crash, in the working directory.
#include <errno.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t count);
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

std::string current;  // the input that runs now

void keep_input() {
  const auto name = std::string(program_invocation_short_name) + ".crash";
  std::ofstream(name, std::ios::binary) << current;
  std::fprintf(stderr, "the input is in %s\n", name.c_str());
}

// What a target does that finds something wrong. It ends here anyway, so more than a handler may do
// otherwise is worth the try.
void keep_input_at(int signal) {
  std::signal(signal, SIG_DFL);
  keep_input();
  std::raise(signal);
}

void run(std::string input) {
  current = std::move(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

void load(const std::filesystem::path& path, std::vector<std::string>& corpus) {
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) load(entry.path(), corpus);
    return;
  }
  std::ifstream file(path, std::ios::binary);
  corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& corpus, std::uint64_t seed)
      : corpus_(corpus), random_(seed) {}

  std::string next() {
    auto input = any();
    for (std::size_t changes = 1 + below(6); changes > 0; --changes) change(input);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  const std::string& any() { return corpus_[below(corpus_.size())]; }

  void change(std::string& input) {
    constexpr std::string_view kTokens[] = {
        "{",       "}",    "[",    "]",    "\"", "\\",    ":",
        ",",       "\n",   "\r\n", "null", "-1", "1e999", "18446744073709551615",
        "\\u0000", "\xff", "\xc2", " ",    "#",  "&a",    "*a",
        "<<",      "${",   "- ",   "  ",   "|",  "0"};
    const auto at = below(input.size() + 1);
    switch (below(7)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(below(256));
        break;
      case 1:
        input.insert(at, kTokens[below(std::size(kTokens))]);
        break;
      case 2:
        input.erase(at, 1 + below(16));
        break;
      case 3:
        input.resize(at);
        break;
      case 4: {  // a part of another input
        const auto& other = any();
        const auto from = below(other.size() + 1);
        input.insert(at, other.substr(from, 1 + below(200)));
        break;
      }
      case 5: {  // a part of itself, again and again
        const auto part = input.substr(at, 1 + below(20));
        for (std::size_t times = below(100); times > 0; --times) input.insert(at, part);
        break;
      }
      default:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_input);
  std::vector<std::string> corpus;
  std::chrono::seconds seconds{0};
  std::uint64_t seed = std::random_device{}();
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--seconds="))
      seconds = std::chrono::seconds(std::atoi(argv[i] + 10));
    else if (argument.starts_with("--seed="))
      seed = std::strtoull(argv[i] + 7, nullptr, 10);
    else
      load(argument, corpus);
  }
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  for (const int signal : {SIGABRT, SIGILL, SIGTRAP}) std::signal(signal, keep_input_at);
  if (corpus.empty()) {
    std::fputs("no corpus\n", stderr);
    return 1;
  }
  for (const auto& input : corpus) {
    const std::size_t step = input.size() / 200 + 1;
    for (std::size_t count = 0; count < input.size(); count += step) run(input.substr(0, count));
    run(input);
  }
  std::printf("%zu files\n", corpus.size());
  Mutator mutator(corpus, seed);
  std::size_t runs = 0;
  const auto end = std::chrono::steady_clock::now() + seconds;
  for (; std::chrono::steady_clock::now() < end; ++runs) run(mutator.next());
  std::printf("%zu changed inputs\n", runs);
  return 0;
}
