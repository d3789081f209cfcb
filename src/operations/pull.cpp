#include "operations/pull.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aistack::operations {
namespace {

constexpr int kTries = 3;
constexpr std::chrono::seconds kFirstPause{1};  // doubled each time

bool worth_another_try(const Error& error) {
  return error.code == ErrorCode::kRegistryUnreachable || error.code == ErrorCode::kEngineProtocol;
}

Error explain(Error error, const std::string& service, const std::string& reference) {
  error.what = fmt::format("cannot pull the image of {}", service);
  if (error.next.empty()) {
    if (error.code == ErrorCode::kImageNotFound)
      error.next = {fmt::format("check \"image\": {} has no such tag or is misspelt", reference)};
    else if (error.code == ErrorCode::kRegistryDenied)
      error.next = {fmt::format("docker login {}", reference.substr(0, reference.find('/')))};
    else if (error.code == ErrorCode::kRegistryUnreachable)
      error.next = {
          "run the same command again when the registry answers; layers that arrived are "
          "kept"};
    else if (error.code == ErrorCode::kDiskFull)
      error.next = {"docker system df   (shows what takes the space)", "docker image prune"};
  }
  return unchanged(std::move(error));
}

// "linux/amd64" of the image is what "linux/amd64" or "linux/amd64/v2" asks for.
bool is_for(const ports::ImageDetails& image, const std::string& platform) {
  const auto own = image.os + "/" + image.architecture;
  return platform.empty() || platform == own || platform.starts_with(own + "/");
}

Task<> pull(Context& context, const std::string& service, const WantedImage& wanted) {
  auto pause = kFirstPause;
  for (int attempt = 1;; ++attempt) {
    PullMeter meter{wanted.reference};
    const ports::PullSink sink = [&](const ports::PullProgress& progress) {
      context.progress.pull(service, meter.add(progress));
    };
    context.progress.step(service, "pulling " + wanted.reference);
    auto pulled = co_await context.engine.pull_image(wanted.reference, sink, wanted.platform);
    if (pulled) co_return pulled;
    context.progress.pull(service, {});
    if (attempt == kTries || !worth_another_try(pulled.error())) co_return pulled;
    context.progress.note(service,
                          fmt::format("pull failed ({}), try {} of {} in {}s", pulled.error().why,
                                      attempt + 1, kTries, pause.count()));
    BOOST_OUTCOME_CO_TRY(co_await context.clock.sleep(pause));
    pause *= 2;
  }
}

}  // namespace

const PullTotals& PullMeter::add(const ports::PullProgress& progress) {
  using Phase = ports::PullProgress::Phase;
  if (progress.layer.empty()) return totals_;
  auto& layer = layers_[progress.layer];
  switch (progress.phase) {
    case Phase::downloading:
      layer.current = std::max(layer.current, progress.current_bytes);
      if (progress.total_bytes) layer.total = progress.total_bytes;
      break;
    case Phase::verifying:
    case Phase::downloaded:
    case Phase::extracting:
      if (layer.total) layer.current = *layer.total;
      break;
    case Phase::done:
    case Phase::exists:
      if (layer.total) layer.current = *layer.total;
      layer.done = true;
      break;
    case Phase::waiting:
    case Phase::other:
      break;
  }
  totals_.layers = static_cast<int>(layers_.size());
  totals_.layers_done = 0;
  totals_.bytes_done = 0;
  std::uint64_t total = 0;
  bool known = true;
  for (const auto& [id, each] : layers_) {
    totals_.layers_done += each.done ? 1 : 0;
    totals_.bytes_done += each.current;
    if (each.total)
      total += *each.total;
    else
      known = known && each.done;
  }
  totals_.bytes_total = known && total > 0 ? std::optional{total} : std::nullopt;
  return totals_;
}

Task<ports::ImageDetails> ensure_image(Context& context, std::string service, WantedImage wanted,
                                       PullPolicy policy) {
  const auto& reference = wanted.reference;
  BOOST_OUTCOME_CO_TRY(auto present, co_await context.engine.inspect_image(reference));
  if (present && policy != PullPolicy::always && is_for(*present, wanted.platform))
    co_return std::move(*present);
  if (policy == PullPolicy::never) {
    Error error{ErrorCode::kImageNotFound,
                fmt::format("{} is not in the engine, and --pull never was given", reference)};
    error.next = {fmt::format("aistack install {} --pull missing", service)};
    co_return explain(std::move(error), service, reference);
  }
  auto pulled = co_await pull(context, service, wanted);
  if (!pulled) co_return explain(std::move(pulled).error(), service, reference);
  BOOST_OUTCOME_CO_TRY(auto arrived, co_await context.engine.inspect_image(reference));
  if (!arrived) {
    co_return explain(
        {ErrorCode::kImageNotFound,
         fmt::format("the engine says that {} was pulled, and does not have it", reference)},
        service, reference);
  }
  co_return std::move(*arrived);
}

}  // namespace aistack::operations
