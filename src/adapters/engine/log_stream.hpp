#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/container_engine.hpp"

namespace aistack::engine {

// Takes the engine's multiplexed stream apart: frames of an 8 byte header (stream, 0, 0, 0, length)
// and a payload. Of a frame it keeps only the header's bytes, so a frame of any length is fine.
class FrameReader {
 public:
  enum class Kind { in = 0, out = 1, err = 2, engine_error = 3 };
  struct Piece {
    Kind kind;
    bool first;  // of its frame
    std::string_view bytes;
  };
  using Sink = std::function<Result<>(const Piece&)>;

  // kEngineProtocol: no such stream.
  Result<> feed(std::string_view bytes, const Sink& sink);
  // kEngineProtocol: the stream ended within a frame.
  Result<> finish() const;

 private:
  std::array<char, 8> header_{};
  std::size_t header_bytes_ = 0;
  std::uint64_t left_ = 0;  // of the payload
  bool first_ = false;
};

enum class LogFormat { raw, multiplexed };

// Makes log lines of a log stream that was asked for with timestamps. Lines of more than 64 KiB
// are split; a partial line at the end is a line too.
class LogReader {
 public:
  LogReader(LogFormat format, ports::LogSink sink);

  // The sink's error, kEngineProtocol, or kEngineFailed with what the engine wrote as its own
  // error.
  Result<> feed(std::string_view bytes);
  Result<> finish();

 private:
  struct Line {
    std::string text;
    std::optional<Time> time;
    std::string stamp;         // what may be a timestamp, while it is not complete
    bool expect_stamp = true;  // one may come next
    bool continued = false;    // a part of this line has been given out
  };
  Result<> add(ports::LogLine::Stream stream, std::string_view bytes);
  Result<> append(ports::LogLine::Stream stream, std::string_view bytes);
  Result<> emit(ports::LogLine::Stream stream);
  static std::size_t take_stamp(Line& line, std::string_view bytes);
  static void settle_stamp(Line& line, std::string_view separator);
  Line& line(ports::LogLine::Stream stream);

  LogFormat format_;
  ports::LogSink sink_;
  FrameReader frames_;
  Line out_;
  Line err_;
  std::string engine_error_;
};

}  // namespace aistack::engine
