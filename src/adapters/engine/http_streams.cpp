#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/engine/answers.hpp"
#include "adapters/engine/http_engine.hpp"
#include "adapters/engine/requests.hpp"
#include "base/text.hpp"
#include "base/when_all.hpp"

// What streams: pulls, logs, events, waits, commands and archives.
namespace aistack::engine {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 1024 * 1024;
constexpr int kExitNotExecutable = 126;
constexpr int kExitNoSuchCommand = 127;

// The error within a stream that began with status 200; "" if the line is none.
std::string error_of_line(const Json& line) {
  auto message = text_of(member(line, "errorDetail"), "message");
  return message.empty() ? text_of(line, "error") : message;
}

// The exit code that a command has when the engine says that it could not be run; absent if the
// message is about something else.
std::optional<int> exit_of_failed_exec(std::string_view message) {
  const auto says = [message](std::string_view text) {
    return message.find(text) != std::string_view::npos;
  };
  if (!says("exec failed") && !says("OCI runtime") && !says("executable file")) return std::nullopt;
  if (says("permission denied")) return kExitNotExecutable;
  if (says("not found") || says("no such file")) return kExitNoSuchCommand;
  return std::nullopt;
}

}  // namespace

Task<> HttpEngine::pull_image(std::string reference, ports::PullSink sink, std::string platform) {
  if (!is_image_reference(reference))
    co_return Error{ErrorCode::kImageNotFound,
                    "invalid reference format: " + printable(reference, 200)};
  const auto name = split_reference(reference);
  const auto silence = transport_.deadlines().silence;
  ApiCall call{
      Call::pull_image,
      "POST",
      fmt::format("/images/create?fromImage={}&tag={}", encode(name.repository), encode(name.tag)) +
          (platform.empty() ? "" : "&platform=" + encode(platform)),
      {},
      silence};
  const auto login = find_login(logins_, reference);
  call.registry_login = login.header;
  auto opened = co_await transport_.open(std::move(call), silence);
  if (!opened) co_return explain_denied(std::move(opened).error(), login);
  auto stream = std::move(opened).value();
  JsonObjects lines(JsonObjects::Shape::sequence);
  const JsonObjects::Sink read = [&](const Json& line) -> Result<> {
    if (const auto message = error_of_line(line); !message.empty())
      return explain_denied(engine_error(Call::pull_image, 200, message), login);
    sink(read_pull_line(line));
    return ok();
  };
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto piece, co_await stream.next());
    if (piece.empty()) break;
    BOOST_OUTCOME_CO_TRY(lines.feed(piece, read));
  }
  co_return lines.finish();
}

Task<std::vector<std::string>> HttpEngine::load_image(ports::ByteSource source) {
  ApiCall call{Call::other, "POST", "/images/load?quiet=true"};
  BOOST_OUTCOME_CO_TRY(
      const auto reply,
      co_await transport_.upload(std::move(call), "application/x-tar", std::move(source)));
  std::vector<std::string> references;
  JsonObjects lines(JsonObjects::Shape::sequence);
  const JsonObjects::Sink read = [&references](const Json& line) -> Result<> {
    if (const auto message = error_of_line(line); !message.empty())
      return engine_error(Call::other, 200, message);
    const auto text = text_of(line, "stream");
    for (const std::string_view prefix : {"Loaded image: ", "Loaded image ID: "}) {
      if (!text.starts_with(prefix)) continue;
      for (const auto& name : split(std::string_view(text).substr(prefix.size()), ','))
        references.emplace_back(trim(name));
    }
    return ok();
  };
  BOOST_OUTCOME_CO_TRY(lines.feed(reply.body, read));
  BOOST_OUTCOME_CO_TRY(lines.finish());
  co_return references;
}

Task<int> HttpEngine::wait_container(std::string name) {
  if (!is_object_name(name)) co_return no_container(name);
  // The head may come at once or with the end; there is no limit to how long a container runs.
  ApiCall call{Call::other, "POST", "/containers/" + name + "/wait", {}, milliseconds::max()};
  BOOST_OUTCOME_CO_TRY(auto stream, co_await transport_.open(std::move(call), std::nullopt));
  std::string body;
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto piece, co_await stream.next());
    if (piece.empty()) break;
    if (body.size() < kMostOutput) body.append(piece);
  }
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(body));
  if (const auto message = text_of(member(document, "Error"), "Message"); !message.empty())
    co_return engine_error(Call::other, 200, message);
  co_return static_cast<int>(number_of(document, "StatusCode"));
}

Task<ports::ExecResult> HttpEngine::exec(std::string name, std::vector<std::string> command) {
  if (!is_object_name(name)) co_return no_container(name);
  const Json body = {{"AttachStdout", true}, {"AttachStderr", true}, {"Cmd", command}};
  ApiCall create{Call::other, "POST", "/containers/" + name + "/exec", to_text(body)};
  BOOST_OUTCOME_CO_TRY(const auto created, co_await transport_.send(std::move(create)));
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(created.body));
  auto result = co_await run_exec(text_of(document, "Id"));
  // A command that cannot be run is told in the output, with code 126 or 127, or as an error.
  if (result && result.value().exit_code == kExitNotExecutable) {
    const auto code = exit_of_failed_exec(result.value().output);
    if (code) result.value().exit_code = *code;
  }
  if (result || result.error().code == ErrorCode::kInterrupted) co_return result;
  const auto code = exit_of_failed_exec(result.error().why);
  if (!code) co_return result;
  ports::ExecResult failed{*code, result.error().why};
  co_return failed;
}

Task<ports::ExecResult> HttpEngine::run_exec(std::string id) {
  co_await asio::this_coro::throw_if_cancelled(false);
  if (!is_object_name(id))
    co_return Error{ErrorCode::kEngineProtocol, "the engine gave no id for the command"};
  const auto silence = transport_.deadlines().silence;
  ports::ExecResult result;
  {
    ApiCall start{Call::other, "POST", "/exec/" + id + "/start", R"({"Detach":false,"Tty":false})",
                  silence};
    BOOST_OUTCOME_CO_TRY(auto stream, co_await transport_.open(std::move(start), silence));
    FrameReader frames;
    const FrameReader::Sink keep = [&result](const FrameReader::Piece& piece) -> Result<> {
      const auto room = kMostOutput - std::min(kMostOutput, result.output.size());
      result.output.append(piece.bytes.substr(0, room));
      return ok();
    };
    while (true) {
      BOOST_OUTCOME_CO_TRY(const auto piece, co_await stream.next());
      if (piece.empty()) break;
      BOOST_OUTCOME_CO_TRY(frames.feed(piece, keep));
    }
    BOOST_OUTCOME_CO_TRY(frames.finish());
  }
  // The output may end a moment before the engine has noted the exit code.
  const auto deadline = steady_clock::now() + silence;
  while (true) {
    ApiCall inspect{Call::other, "GET", "/exec/" + id + "/json"};
    BOOST_OUTCOME_CO_TRY(const auto reply, co_await transport_.send(std::move(inspect)));
    BOOST_OUTCOME_CO_TRY(const auto document, parse_document(reply.body));
    result.exit_code = static_cast<int>(number_of(document, "ExitCode"));
    if (!flag_of(document, "Running")) co_return result;
    if (steady_clock::now() > deadline)
      co_return Error{ErrorCode::kEngineTimeout, "a command that closed its output still runs"};
    BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
    asio::steady_timer pause(executor_, milliseconds(20));
    boost::system::error_code woken;
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (woken) co_return Error{ErrorCode::kInterrupted, "interrupted"};
  }
}

// Before 1.42 the answer does not say whether it is raw or multiplexed: the container does.
Task<LogFormat> HttpEngine::log_format(const ApiStream& stream, std::string name) {
  if (stream.content_type() == "application/vnd.docker.multiplexed-stream")
    co_return LogFormat::multiplexed;
  BOOST_OUTCOME_CO_TRY(const auto api, co_await transport_.spoken());
  if (api >= ports::ApiVersion{1, 42} &&
      stream.content_type() == "application/vnd.docker.raw-stream")
    co_return LogFormat::raw;
  BOOST_OUTCOME_CO_TRY(const auto details, co_await inspect_container(std::move(name)));
  co_return details && details->tty ? LogFormat::raw : LogFormat::multiplexed;
}

Task<> HttpEngine::logs(std::string name, ports::LogQuery query, ports::LogSink sink) {
  if (!is_object_name(name)) co_return no_container(name);
  auto path = fmt::format("/containers/{}/logs?stdout=true&stderr=true&timestamps=true&follow={}",
                          name, query.follow);
  if (query.tail) path += fmt::format("&tail={}", *query.tail);
  if (query.since) path += "&since=" + encode_time(*query.since);
  ApiCall call{Call::other, "GET", std::move(path)};
  std::optional<milliseconds> silence = transport_.deadlines().silence;
  if (query.follow) silence.reset();
  BOOST_OUTCOME_CO_TRY(auto stream, co_await transport_.open(std::move(call), silence));
  BOOST_OUTCOME_CO_TRY(const auto format, co_await log_format(stream, name));
  LogReader reader(format, std::move(sink));
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto piece, co_await stream.next());
    if (piece.empty()) co_return reader.finish();
    BOOST_OUTCOME_CO_TRY(reader.feed(piece));
  }
}

Task<> HttpEngine::events(ports::EventQuery query, std::function<void()> ready,
                          ports::EventSink sink) {
  Json filters = Json::object();
  if (!query.types.empty()) filters["type"] = query.types;
  if (!query.labels.empty()) filters["label"] = label_filter(query.labels);
  auto path = "/events?filters=" + encode_filters(filters);
  // Engines send the head a moment before they subscribe. What happens in between is in their
  // memory, and `since` fetches it; on this machine both clocks are the same.
  if (!query.since && local()) query.since = std::chrono::system_clock::now();
  if (query.since) path += "&since=" + encode_time(*query.since);
  ApiCall call{Call::other, "GET", std::move(path)};
  BOOST_OUTCOME_CO_TRY(auto stream, co_await transport_.open(std::move(call), std::nullopt));
  if (ready) ready();
  JsonObjects lines(JsonObjects::Shape::sequence);
  const JsonObjects::Sink read = [&sink](const Json& line) { return sink(read_event(line)); };
  while (true) {
    auto piece = co_await stream.next();
    const bool gone =
        piece ? piece.value().empty() : piece.error().code == ErrorCode::kEngineProtocol;
    if (gone)
      co_return Error{ErrorCode::kEngineUnreachable,
                      fmt::format("the engine at {} ended the stream of events", endpoint())};
    if (!piece) co_return piece.error();
    BOOST_OUTCOME_CO_TRY(lines.feed(piece.value(), read));
  }
}

Task<> HttpEngine::read_archive(std::string name, std::string path, ports::ByteSink sink) {
  if (!is_object_name(name)) co_return no_container(name);
  ApiCall call{Call::other, "GET",
               fmt::format("/containers/{}/archive?path={}", name, encode(path))};
  BOOST_OUTCOME_CO_TRY(auto stream,
                       co_await transport_.open(std::move(call), transport_.deadlines().silence));
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto piece, co_await stream.next());
    if (piece.empty()) co_return ok();
    BOOST_OUTCOME_CO_TRY(sink(piece));
  }
}

Task<> HttpEngine::write_archive(std::string name, std::string path, ports::ByteSource source) {
  if (!is_object_name(name)) co_return no_container(name);
  ApiCall call{Call::other, "PUT",
               fmt::format("/containers/{}/archive?path={}", name, encode(path))};
  BOOST_OUTCOME_CO_TRY(
      co_await transport_.upload(std::move(call), "application/x-tar", std::move(source)));
  co_return ok();
}

}  // namespace aistack::engine
