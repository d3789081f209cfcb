#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// Reading an engine's JSON: tolerant of what is absent or of another type (engines differ), strict
// about what is not JSON, bounded in size and depth.
namespace aistack::engine {

using Json = nlohmann::json;

// A member of an object, or null: of anything, however wrong.
const Json& member(const Json& object, const char* key);
// The same, converted; "", 0, false and empty for what is absent or of another type.
std::string text_of(const Json& object, const char* key);
std::int64_t number_of(const Json& object, const char* key);
std::uint64_t count_of(const Json& object, const char* key);
// The nearest int.
int clamp_int(std::int64_t number);
bool flag_of(const Json& object, const char* key);
std::vector<std::string> texts_of(const Json& object, const char* key);
std::map<std::string, std::string> labels_of(const Json& object, const char* key);
// The sorted keys of an object.
std::vector<std::string> keys_of(const Json& object, const char* key);

// A value as text to send. Bytes that are no UTF-8 are replaced: a file may hold them.
std::string to_text(const Json& value);

// One whole document, an object or an array. kEngineProtocol.
Result<Json> parse_document(std::string_view text);

// The error for `sample`, which is not what it should be.
Error garbage(std::string_view what, std::string_view sample);

// Cuts a stream of bytes into JSON objects: the elements of one array, or objects one after the
// other with white space between them. So a list of any length, and a stream without end, need the
// memory of their longest element only.
class JsonObjects {
 public:
  enum class Shape { array, sequence };
  using Sink = std::function<Result<>(const Json&)>;
  using TextSink = std::function<Result<>(std::string_view)>;

  explicit JsonObjects(Shape shape) : shape_(shape) {}

  // Calls `sink` for each object that is complete; its error ends the call. kEngineProtocol: not
  // JSON, another shape, deeper than 64, or an object longer than 4 MiB.
  Result<> feed(std::string_view bytes, const Sink& sink);
  // The same with the objects' text, which has balanced brackets but may be no JSON otherwise.
  Result<> feed_text(std::string_view bytes, const TextSink& sink);
  // The bytes have ended. kEngineProtocol: in the middle of something.
  Result<> finish() const;

 private:
  enum class Place { before, between, inside, after };
  Result<> step_outside(char byte);
  Result<std::size_t> find_end(std::string_view bytes);

  Shape shape_;
  Place place_ = Place::before;
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  std::string partial_;  // the start of an object that is not complete yet
};

}  // namespace aistack::engine
