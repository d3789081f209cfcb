#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>
#include <string>

namespace aistack::http {

// How an exchange over a socket failed. It is not an Error yet, because the same fact means
// another code to the engine's adapter than to a probe of a service.
struct Failure {
  enum class Kind {
    connect,      // no connection: `error_number` is the errno (ECONNREFUSED, ENOENT, EACCES, …)
    timeout,      // the deadline passed
    interrupted,  // the task was cancelled
    closed,       // closed or reset before a byte of the answer came
    cut_off,      // closed or reset in the middle of the answer
    protocol,     // what came is not HTTP
    too_long,     // longer than the caller allows
    io,           // any other failed system call, in `error_number`
  };
  Kind kind = Kind::io;
  int error_number = 0;  // 0 where no system call failed
  std::string text;      // one clause for a person: "connect: connection refused (ECONNREFUSED)"
};

template <class T = void>
using Outcome = boost::outcome_v2::basic_result<T, Failure, boost::outcome_v2::policy::terminate>;

template <class T = void>
using Wire = boost::asio::awaitable<Outcome<T>>;

// "ECONNREFUSED"; "errno 1234" where it has no name.
std::string errno_name(int error_number);
// "connection refused (ECONNREFUSED)".
std::string errno_text(int error_number);

}  // namespace aistack::http
