#include "operations/gpu_in_container.hpp"

#include "operations/labels.hpp"

namespace aistack::operations {

boost::asio::awaitable<bool> gpu_is_lost(Context& context, const ServiceView& view) {
  constexpr int kNotExecutable = 126;
  constexpr int kNoSuchProgram = 127;
  const auto& main = view.main();
  if (!main.service->gpu || !main.container ||
      main.container->state != ports::ContainerState::running)
    co_return false;
  const auto label = main.container->labels.find(kGpuLabel);
  if (label != main.container->labels.end() && label->second == "dropped") co_return false;
  std::vector<std::string> command{"nvidia-smi", "-L"};
  const auto result = co_await context.engine.exec(main.container->id, std::move(command));
  if (!result) co_return false;
  const int code = result.value().exit_code;  // nvidia-smi's own failures are 6, 9, 255, …
  co_return code != 0 && code != kNotExecutable&& code != kNoSuchProgram;
}

}  // namespace aistack::operations
