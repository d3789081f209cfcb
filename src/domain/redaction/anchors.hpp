#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aistack::domain::redaction {

// Finds where one of many texts begins, at a byte or two of input a clock cycle: three tables, one
// for each of the first three bytes, say which groups of texts have that byte there; where the
// three have a group in common, one of its texts may begin. (Intel's Teddy, without vectors.)
class Anchors {
 public:
  enum class Case { exact, folded };
  struct Entry {
    std::string text;
    Case letters = Case::exact;
    std::uint32_t id = 0;  // the caller's
  };

  Anchors();

  // `text` has three bytes or more; a shorter one is passed over. Folded: ASCII letters match in
  // either case.
  void add(std::string_view text, Case letters, std::uint32_t id);
  bool empty() const { return entries_.empty(); }
  std::size_t longest() const { return longest_; }

  // The first place in [from, to) where an anchor may begin; npos if there is none. Ask `matches`
  // next.
  std::size_t find(std::string_view text, std::size_t from, std::size_t to) const {
    if (text.size() < 3) return std::string_view::npos;
    if (to > text.size() - 2) to = text.size() - 2;
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    const auto groups = [&](std::size_t at) {
      return groups_[0][bytes[at]] & groups_[1][bytes[at + 1]] & groups_[2][bytes[at + 2]];
    };
    constexpr std::size_t kStep = 4;
    while (from + kStep <= to &&
           (groups(from) | groups(from + 1) | groups(from + 2) | groups(from + 3)) == 0)
      from += kStep;
    for (; from < to; ++from)
      if (groups(from) != 0) return from;
    return std::string_view::npos;
  }

  // Calls `found` with each entry that stands at `at`, until it returns true; did it?
  template <class Found>
  bool matches(std::string_view text, std::size_t at, Found&& found) const {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data()) + at;
    for (auto i = first_[slot(bytes)]; i != kNone; i = next_[i])
      if (stands(entries_[i], text.substr(at)) && found(entries_[i])) return true;
    return false;
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr unsigned kSlotBits = 12;

  static unsigned fold(unsigned char c) { return c >= 'A' && c <= 'Z' ? c | 0x20U : c; }
  static std::size_t slot(const unsigned char* bytes) {
    const auto three = fold(bytes[0]) | fold(bytes[1]) << 8U | fold(bytes[2]) << 16U;
    return three * 2654435761U >> (32U - kSlotBits);
  }
  static bool stands(const Entry& entry, std::string_view text);

  std::array<std::array<std::uint64_t, 256>, 3> groups_{};  // a bit a group
  std::array<std::uint32_t, 1U << kSlotBits> first_{};
  std::vector<std::uint32_t> next_;
  std::vector<Entry> entries_;
  std::size_t longest_ = 0;
};

}  // namespace aistack::domain::redaction
