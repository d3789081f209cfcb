#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace aistack::adapters::archive {

// SHA-256 of bytes that come in pieces.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void restart();
  void add(std::string_view bytes);
  std::string hex();  // once, at the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aistack::adapters::archive
