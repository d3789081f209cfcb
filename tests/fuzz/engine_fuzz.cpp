// Whatever an engine may answer, cut anywhere: the parsers neither crash nor grow without bound.
// The first byte chooses the parser, the second the size of the pieces in which the rest comes.
//
// Built with clang and -fsanitize=fuzzer it searches; without (AISTACK_FUZZ_REPLAY) it runs the
// files that are named.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "adapters/engine/answers.hpp"
#include "adapters/engine/errors.hpp"
#include "adapters/engine/log_stream.hpp"
#include "adapters/engine/requests.hpp"
#include "adapters/http/response_parser.hpp"

namespace {

using namespace aistack;
using namespace aistack::engine;

// Ends the program if something that must hold does not.
void require(bool condition) {
  if (!condition) std::abort();
}

template <class Feed>
void in_pieces(std::string_view bytes, std::size_t size, const Feed& feed) {
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, size);
    if (!feed(piece)) return;
    bytes.remove_prefix(piece.size());
  }
}

void objects(JsonObjects::Shape shape, std::string_view bytes, std::size_t size,
             const std::function<void(const Json&)>& read) {
  JsonObjects reader(shape);
  in_pieces(bytes, size, [&](std::string_view piece) {
    return reader
        .feed(piece,
              [&](const Json& object) -> Result<> {
                read(object);
                return ok();
              })
        .has_value();
  });
  (void)reader.finish();
}

// The cursor must take everything that is JSON.
void rows(std::string_view bytes, std::size_t size) {
  JsonObjects reader(JsonObjects::Shape::array);
  in_pieces(bytes, size, [&](std::string_view piece) {
    return reader
        .feed_text(piece,
                   [](std::string_view text) -> Result<> {
                     const bool json = Json::accept(text.begin(), text.end());
                     require(read_container_row(text).has_value() || !json);
                     return ok();
                   })
        .has_value();
  });
}

void documents(std::string_view bytes) {
  const auto document = parse_document(bytes);
  if (!document) return;
  (void)read_version(document.value());
  (void)read_info(document.value());
  (void)read_container(document.value());
  (void)read_stats(document.value());
  (void)read_image(document.value());
  (void)read_network(document.value());
  (void)read_volume(document.value());
}

void logs(LogFormat format, std::string_view bytes, std::size_t size) {
  LogReader reader(format, [](ports::LogLine line) -> Result<> {
    require(line.text.size() <= 64 * 1024);
    require(line.text.find('\n') == std::string::npos);
    return ok();
  });
  in_pieces(bytes, size, [&](std::string_view piece) { return reader.feed(piece).has_value(); });
  (void)reader.finish();
}

void http_answer(std::string_view bytes, std::size_t size) {
  http::ResponseParser parser;
  std::string pending;
  in_pieces(bytes, size, [&](std::string_view piece) {
    pending.append(piece);
    const auto used = parser.feed(pending);
    if (!used || parser.done() || pending.size() > 16 * 1024) return false;
    require(used.value() <= pending.size());
    pending.erase(0, used.value());
    parser.body().clear();
    return true;
  });
  (void)parser.finish_at_close();
}

void messages(std::string_view bytes) {
  for (const auto call : {Call::create_container, Call::start_container, Call::pull_image})
    require(engine_error(call, 500, message_in(bytes)).why.find('\n') == std::string::npos);
  (void)split_reference(bytes);
  require(!is_image_reference(bytes) || bytes.find("../") != 0);
  require(!is_object_name(bytes) || bytes.find('/') == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t count) {
  if (count < 2) return 0;
  const std::size_t size = data[1] == 0 ? 4096 : data[1];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, count - 2);
  switch (data[0] % 8) {
    case 0:
      rows(bytes, size);
      objects(JsonObjects::Shape::array, bytes, size,
              [](const Json& row) { (void)read_image_row(row); });
      break;
    case 1:
      objects(JsonObjects::Shape::sequence, bytes, size,
              [](const Json& line) { (void)read_pull_line(line); });
      break;
    case 2:
      objects(JsonObjects::Shape::sequence, bytes, size,
              [](const Json& line) { (void)read_event(line); });
      break;
    case 3:
      documents(bytes);
      break;
    case 4:
      logs(LogFormat::multiplexed, bytes, size);
      break;
    case 5:
      logs(LogFormat::raw, bytes, size);
      break;
    case 6:
      http_answer(bytes, size);
      break;
    default:
      messages(bytes);
  }
  return 0;
}
