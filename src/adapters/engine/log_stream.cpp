#include "adapters/engine/log_stream.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace aistack::engine {
namespace {

using Stream = ports::LogLine::Stream;

constexpr std::size_t kLongestLine = 64 * 1024;
constexpr std::size_t kLongestStamp = 48;
constexpr std::size_t kLongestEngineError = 2000;

Error bad_frame(std::string_view what) {
  return {ErrorCode::kEngineProtocol, fmt::format("the engine's stream is damaged: {}", what)};
}

}  // namespace

Result<> FrameReader::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    if (left_ == 0) {
      const auto count = std::min(header_.size() - header_bytes_, bytes.size());
      std::copy_n(bytes.data(), count, header_.data() + header_bytes_);
      header_bytes_ += count;
      bytes.remove_prefix(count);
      if (header_bytes_ < header_.size()) return ok();
      header_bytes_ = 0;
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(header_[i]); };
      if (byte(0) > 3 || byte(1) != 0 || byte(2) != 0 || byte(3) != 0)
        return bad_frame("no such frame");
      left_ = std::uint64_t{byte(4)} << 24 | std::uint64_t{byte(5)} << 16 |
              std::uint64_t{byte(6)} << 8 | byte(7);
      first_ = true;
      continue;
    }
    const auto part =
        bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    BOOST_OUTCOME_TRY(sink({static_cast<Kind>(header_[0]), first_, part}));
    first_ = false;
    left_ -= part.size();
    bytes.remove_prefix(part.size());
  }
  return ok();
}

Result<> FrameReader::finish() const {
  if (left_ != 0 || header_bytes_ != 0) return bad_frame("it ends within a frame");
  return ok();
}

LogReader::LogReader(LogFormat format, ports::LogSink sink)
    : format_(format), sink_(std::move(sink)) {}

LogReader::Line& LogReader::line(Stream stream) {
  return stream == Stream::err ? err_ : out_;
}

Result<> LogReader::feed(std::string_view bytes) {
  if (format_ == LogFormat::raw) return add(Stream::out, bytes);
  return frames_.feed(bytes, [this](const FrameReader::Piece& piece) -> Result<> {
    if (piece.kind == FrameReader::Kind::engine_error) {
      const auto room = kLongestEngineError - std::min(kLongestEngineError, engine_error_.size());
      engine_error_.append(piece.bytes.substr(0, room));
      return ok();
    }
    const auto stream = piece.kind == FrameReader::Kind::err ? Stream::err : Stream::out;
    // A frame is one message of the log's driver, which cuts long lines at 16 KiB and puts the
    // time in front of each part.
    if (piece.first) {
      settle_stamp(line(stream), "");
      line(stream).expect_stamp = true;
    }
    return add(stream, piece.bytes);
  });
}

// What was taken for a timestamp becomes the line's time, or else text.
void LogReader::settle_stamp(Line& line, std::string_view separator) {
  line.expect_stamp = false;
  if (line.stamp.empty() && separator.empty()) return;
  const auto time = parse_iso8601(line.stamp);
  if (time) {
    if (!line.time) line.time = time;
  } else {
    line.text.append(line.stamp).append(separator);
  }
  line.stamp.clear();
}

// Gives how many bytes it took.
std::size_t LogReader::take_stamp(Line& line, std::string_view bytes) {
  const auto end = bytes.find_first_of(" \n");
  const auto room = kLongestStamp - line.stamp.size();
  if (end != std::string_view::npos && end <= room) {
    line.stamp.append(bytes.substr(0, end));
    const bool space = bytes[end] == ' ';
    settle_stamp(line, space ? " " : "");
    return space ? end + 1 : end;
  }
  const auto part = bytes.substr(0, room);
  line.stamp.append(part);
  if (line.stamp.size() >= kLongestStamp) settle_stamp(line, "");
  return part.size();
}

Result<> LogReader::add(Stream stream, std::string_view bytes) {
  while (!bytes.empty()) {
    auto& current = line(stream);
    if (current.expect_stamp) {
      bytes.remove_prefix(take_stamp(current, bytes));
      continue;
    }
    const auto end = bytes.find('\n');
    BOOST_OUTCOME_TRY(append(stream, bytes.substr(0, end)));
    if (end == std::string_view::npos) return ok();
    bytes.remove_prefix(end + 1);
    if (!current.text.empty() && current.text.back() == '\r') current.text.pop_back();
    if (!current.text.empty() || !current.continued) {
      BOOST_OUTCOME_TRY(emit(stream));
    }
    current = Line{};
  }
  return ok();
}

Result<> LogReader::append(Stream stream, std::string_view bytes) {
  auto& current = line(stream);
  while (!bytes.empty()) {
    if (current.text.size() >= kLongestLine) {
      BOOST_OUTCOME_TRY(emit(stream));
    }
    const auto room = kLongestLine - current.text.size();
    current.text.append(bytes.substr(0, room));
    bytes.remove_prefix(std::min(room, bytes.size()));
  }
  return ok();
}

Result<> LogReader::emit(Stream stream) {
  auto& current = line(stream);
  ports::LogLine whole{stream, current.time, std::move(current.text)};
  current.text.clear();
  current.continued = true;
  return sink_(std::move(whole));
}

Result<> LogReader::finish() {
  for (const auto stream : {Stream::out, Stream::err}) {
    auto& current = line(stream);
    settle_stamp(current, "");
    if (!current.text.empty()) {
      BOOST_OUTCOME_TRY(emit(stream));
    }
  }
  if (!engine_error_.empty())
    return Error{ErrorCode::kEngineFailed, printable(trim(engine_error_))};
  if (format_ == LogFormat::multiplexed) return frames_.finish();
  return ok();
}

}  // namespace aistack::engine
