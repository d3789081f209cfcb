#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace aistack::cli {

enum class Stream { out, err };
// How serious a line on stderr is, as syslog counts.
enum class Priority { error = 3, warning = 4, info = 6 };

// Is told every error and note that a command gives, in whatever form it prints them, or none.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void error(const Error& error) = 0;
  virtual void note(std::string_view text) = 0;
};

// Something drawn on the terminal for the time being, below everything that is printed.
class Overlay {
 public:
  virtual ~Overlay() = default;
  // Makes room for what is about to be printed, by Output::draw; nothing when it is not there.
  // `answer`: that tells how something ended.
  enum class Printed { answer, aside };
  virtual void take_away(Printed what) = 0;
  virtual void put_back() = 0;  // below an aside
};

// The two streams that a command writes to: data to `out`, everything else to `err`.
//
// `out` is buffered (bounded: 64 KiB, then written), `err` is not. A reader that went away
// (`aistack logs x | head -1`) is no error: from then on writes do nothing and `broken()` is true,
// so that a command that streams can stop, and end with 0. Any other failure (ENOSPC) is kept for
// `failure()`. The program ignores SIGPIPE (app::run sees to it).
//
// Where `err` is the system's journal (JOURNAL_STREAM names it, see sd-daemon(3)), each of its
// lines begins with its priority, so that `journalctl -p err` finds it.
class Output {
 public:
  struct Terminal {
    bool is_terminal = false;
    int width = 80;  // columns
    bool color = false;
  };

  // Looks at the descriptors and at COLUMNS, NO_COLOR, TERM=dumb and JOURNAL_STREAM of
  // `environment`; does not own the descriptors.
  Output(int out_fd, int err_fd, const std::map<std::string, std::string>& environment);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();  // flushes

  void write(std::string_view text);
  void write_line(std::string_view text);
  void flush();
  // Flushes `out` first, so that the two come in the order of the calls.
  void error(std::string_view text, Priority priority = Priority::info);
  void error_line(std::string_view text, Priority priority = Priority::info);

  bool broken() const { return broken_; }
  int failure() const { return failure_; }  // errno of the first failed write, 0 if none

  // What an overlay draws itself with: `error` without taking the overlay away.
  void draw(std::string_view text);
  // Is taken away before anything else is printed. Not owned; nullptr: none.
  void set_overlay(Overlay* overlay) { overlay_ = overlay; }

  // Asks the terminal each time: a window can be resized.
  Terminal terminal(Stream stream) const;
  void forbid_color() { color_allowed_ = false; }  // --no-color

  // Not owned; nullptr: nobody.
  void set_witness(Witness* witness) { witness_ = witness; }
  void testify(const Error& error) const {
    if (witness_ != nullptr) witness_->error(error);
  }
  void testify(std::string_view note) const {
    if (witness_ != nullptr) witness_->note(note);
  }

 private:
  void write_all(int fd, std::string_view text);
  std::string with_priority(std::string_view text, Priority priority);

  int out_fd_;
  int err_fd_;
  int columns_ = 0;  // from the environment
  bool color_allowed_ = true;
  bool broken_ = false;
  int failure_ = 0;
  std::string buffer_;
  bool journal_ = false;  // err is the journal
  bool err_begins_line_ = true;
  Witness* witness_ = nullptr;
  Overlay* overlay_ = nullptr;
};

}  // namespace aistack::cli
