#include "domain/redaction/anchors.hpp"

#include <algorithm>

namespace aistack::domain::redaction {
namespace {

unsigned char other_case(unsigned char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter ? c ^ 0x20U : c;
}

}  // namespace

Anchors::Anchors() {
  first_.fill(kNone);
}

void Anchors::add(std::string_view text, Case letters, std::uint32_t id) {
  if (text.size() < 3) return;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto group = std::uint64_t{1} << entries_.size() % 64;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    groups_[i][bytes[i]] |= group;
    if (letters == Case::folded) groups_[i][other_case(bytes[i])] |= group;
  }
  const auto head = slot(bytes);
  next_.push_back(first_[head]);
  first_[head] = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({std::string{text}, letters, id});
  longest_ = std::max(longest_, text.size());
}

bool Anchors::stands(const Entry& entry, std::string_view text) {
  if (text.size() < entry.text.size()) return false;
  if (entry.letters == Case::exact) return text.substr(0, entry.text.size()) == entry.text;
  for (std::size_t i = 0; i < entry.text.size(); ++i)
    if (fold(static_cast<unsigned char>(text[i])) !=
        fold(static_cast<unsigned char>(entry.text[i])))
      return false;
  return true;
}

}  // namespace aistack::domain::redaction
