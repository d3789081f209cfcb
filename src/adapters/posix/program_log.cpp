#include "adapters/posix/program_log.hpp"

namespace aistack::adapters::posix {
namespace {

class FileProgramLog final : public ports::ProgramLog {
 public:
  FileProgramLog(std::filesystem::path file, domain::LogFormat format, Missing missing)
      : appender_(std::move(file), missing), format_(format) {}

  Result<> append(const domain::LogRecord& record) override {
    return appender_.append(format_ == domain::LogFormat::text ? to_text_line(record)
                                                               : to_json_line(record));
  }

 private:
  LineAppender appender_;
  domain::LogFormat format_;
};

}  // namespace

std::unique_ptr<ports::ProgramLog> make_program_log(std::filesystem::path file,
                                                    domain::LogFormat format, Missing missing) {
  return std::make_unique<FileProgramLog>(std::move(file), format, missing);
}

}  // namespace aistack::adapters::posix
