#include "adapters/http/response_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace aistack::http {
namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {
constexpr std::uint32_t kHeadBytes = 16 * 1024;
}

struct ResponseParser::Impl final : beast_http::basic_parser<false> {
  Impl() {
    eager(true);
    header_limit(kHeadBytes);
    body_limit(boost::none);  // whoever takes the body bounds it
  }

  void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int code, string_view, int, error_code&) override { head.status = code; }
  void on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
    head.headers.emplace_back(std::string(name), std::string(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view piece, error_code&) override {
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, error_code&) override {
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(error_code&) override {}

  ResponseHead head;
  std::string body;
};

ResponseParser::ResponseParser() : impl_(std::make_unique<Impl>()) {}
ResponseParser::~ResponseParser() = default;

Outcome<std::size_t> ResponseParser::feed(std::string_view data) {
  error_code error;
  std::size_t used = 0;
  // A body that ends when the peer closes is never "done" before; the head comes by itself.
  while (used < data.size() && !impl_->is_done() && !error)
    used += impl_->put(boost::asio::buffer(data.data() + used, data.size() - used), error);
  if (error && error != beast_http::error::need_more)
    return Failure{Failure::Kind::protocol, 0, "not an HTTP answer: " + error.message()};
  return used;
}

bool ResponseParser::finish_at_close() {
  error_code error;
  if (impl_->got_some()) impl_->put_eof(error);
  return impl_->is_done() && !error;
}

bool ResponseParser::head_complete() const {
  return impl_->is_header_done();
}
bool ResponseParser::done() const {
  return impl_->is_done();
}
bool ResponseParser::keep_alive() const {
  return impl_->keep_alive();
}
ResponseHead& ResponseParser::head() {
  return impl_->head;
}
std::string& ResponseParser::body() {
  return impl_->body;
}

}  // namespace aistack::http
