#include "operations/diagnose_bundle.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "base/text.hpp"
#include "base/when_all.hpp"

namespace aistack::operations {

Task<> give_turn() {
  const auto executor = co_await boost::asio::this_coro::executor;
  co_await boost::asio::post(executor, boost::asio::use_awaitable);
  co_return co_await check_interrupted();
}

namespace {

constexpr auto kManifest = "diag_manifest.json";
constexpr std::size_t kTurn = 4 << 20;  // bytes that are copied before others get their turn

std::string text_of(const nlohmann::ordered_json& document) {
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string note_of(const ports::ByteReader& reader) {
  if (reader.skipped() == 0) return "";
  return fmt::format("its first {} are left out", human_bytes(reader.skipped()));
}

}  // namespace

std::string name_in_archive(const std::filesystem::path& path) {
  std::string name;
  for (const auto& part : path.relative_path()) {
    if (part.empty() || part == "." || part == "..") continue;
    if (!name.empty()) name += '/';
    for (const char c : part.string()) {
      const auto byte = static_cast<unsigned char>(c);
      name += byte < 0x20 || c == '\\' || byte == 0x7f ? '_' : c;
    }
  }
  return name;
}

Result<> Bundle::begin(const std::string& name, Time modified) {
  redacted_before_ = redactor_.count();
  return archive_.begin_file(name, modified);
}

Result<> Bundle::feed(std::string_view text) {
  clean_.clear();
  redactor_.feed(text, clean_);
  return archive_.write(clean_);
}

Result<> Bundle::end(std::string note) {
  clean_.clear();
  redactor_.finish(clean_);
  BOOST_OUTCOME_TRY(archive_.write(clean_));
  BOOST_OUTCOME_TRY(auto file, archive_.end_file());
  files_.push_back({.name = std::move(file.name),
                    .bytes = file.bytes,
                    .sha256 = std::move(file.sha256),
                    .redacted = redactor_.count() - redacted_before_,
                    .note = std::move(note)});
  return ok();
}

Result<> Bundle::add_text(const std::string& name, std::string_view text) {
  BOOST_OUTCOME_TRY(begin(name, clock_.now()));
  BOOST_OUTCOME_TRY(feed(text));
  return end("");
}

Result<> Bundle::add_json(const std::string& name, const nlohmann::ordered_json& document) {
  return add_text(name, text_of(document));
}

void Bundle::missing(std::string part, std::string why) {
  missing_.push_back({std::move(part), std::move(why)});
}

Task<bool> Bundle::copy(ports::FileReader& files, const std::string& name, Source source) {
  auto opened = files.open(source.path, source.links, source.most_bytes);
  if (!opened) {
    missing(name, opened.error().why);
    co_return true;
  }
  const auto reader = std::move(opened).value();
  if (!reader) co_return false;
  BOOST_OUTCOME_CO_TRY(co_await give_turn());
  BOOST_OUTCOME_CO_TRY(begin(name, reader->entry().modified));
  auto note = note_of(*reader);
  for (std::size_t copied = 0, turn = kTurn;;) {
    const auto block = reader->next();
    if (!block) {
      note = "ends too early: " + block.error().why;
      missing(name, note);
    }
    if (!block || block.value().empty()) break;
    BOOST_OUTCOME_CO_TRY(feed(block.value()));
    copied += block.value().size();
    if (copied < turn) continue;
    turn += kTurn;
    BOOST_OUTCOME_CO_TRY(co_await give_turn());
  }
  BOOST_OUTCOME_CO_TRY(end(std::move(note)));
  co_return true;
}

Result<> Bundle::finish(nlohmann::ordered_json head) {
  head["redacted"] = redacted();
  head["files"] = nlohmann::ordered_json::array();
  for (const auto& file : files_) {
    nlohmann::ordered_json row{{"name", file.name},
                               {"bytes", file.bytes},
                               {"sha256", file.sha256},
                               {"redacted", file.redacted}};
    if (!file.note.empty()) row["note"] = file.note;
    head["files"].push_back(std::move(row));
  }
  head["missing"] = nlohmann::ordered_json::array();
  for (const auto& part : missing_)
    head["missing"].push_back({{"part", part.part}, {"why", part.why}});
  return add_json(kManifest, head);
}

}  // namespace aistack::operations
