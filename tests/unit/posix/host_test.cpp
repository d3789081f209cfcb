#include "adapters/posix/host.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "adapters/posix/fd.hpp"
#include "adapters/posix/proc_net.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::adapters::posix {
namespace {

using aistack::testing::TemporaryDirectory;

// A socket of this process that is bound to a free port.
struct Bound {
  Fd fd;
  int port = 0;
};

Bound bind_v4(const char* address, int type = SOCK_STREAM) {
  Bound bound{Fd{::socket(AF_INET, type | SOCK_CLOEXEC, 0)}};
  sockaddr_in name{};
  name.sin_family = AF_INET;
  ::inet_pton(AF_INET, address, &name.sin_addr);
  socklen_t size = sizeof name;
  if (::bind(bound.fd.get(), reinterpret_cast<sockaddr*>(&name), size) != 0) return {};
  if (type == SOCK_STREAM && ::listen(bound.fd.get(), 1) != 0) return {};
  ::getsockname(bound.fd.get(), reinterpret_cast<sockaddr*>(&name), &size);
  bound.port = ntohs(name.sin_port);
  return bound;
}

enum class V6 { dual, only };
Bound listen_v6(const char* address, V6 kind) {
  Bound bound{Fd{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)}};
  if (!bound.fd) return {};
  const int only = kind == V6::only ? 1 : 0;
  ::setsockopt(bound.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  ::inet_pton(AF_INET6, address, &name.sin6_addr);
  socklen_t size = sizeof name;
  if (::bind(bound.fd.get(), reinterpret_cast<sockaddr*>(&name), size) != 0) return {};
  if (::listen(bound.fd.get(), 1) != 0) return {};
  ::getsockname(bound.fd.get(), reinterpret_cast<sockaddr*>(&name), &size);
  bound.port = ntohs(name.sin6_port);
  return bound;
}

TEST(PortHolder, NamesTheProcess) {
  const auto host = make_host();
  const auto bound = bind_v4("127.0.0.1");
  ASSERT_NE(bound.port, 0);
  for (const auto* ip : {"", "0.0.0.0", "127.0.0.1"}) {
    const auto holder = host->port_holder(ip, bound.port, "tcp");
    ASSERT_TRUE(holder) << ip;
    EXPECT_EQ(holder->pid, ::getpid());
    EXPECT_EQ(holder->program, "unit_posix");
    EXPECT_EQ(holder->address, "127.0.0.1:" + std::to_string(bound.port));
  }
  for (const auto* ip : {"127.0.0.2", "::1", "::"})
    EXPECT_FALSE(host->port_holder(ip, bound.port, "tcp")) << ip;
  EXPECT_FALSE(host->port_holder("127.0.0.1", bound.port, "udp"));
}

TEST(PortHolder, IsNobodyOnceTheSocketIsClosed) {
  const auto host = make_host();
  auto bound = bind_v4("127.0.0.1");
  bound.fd.reset();
  EXPECT_FALSE(host->port_holder("", bound.port, "tcp"));
}

TEST(PortHolder, KnowsUdp) {
  const auto host = make_host();
  const auto bound = bind_v4("0.0.0.0", SOCK_DGRAM);
  ASSERT_NE(bound.port, 0);
  EXPECT_TRUE(host->port_holder("127.0.0.1", bound.port, "udp"));
  EXPECT_FALSE(host->port_holder("127.0.0.1", bound.port, "tcp"));
}

TEST(PortHolder, TellsADualStackListenerFromOneForIpv6Only) {
  const auto host = make_host();
  const auto dual = listen_v6("::", V6::dual);
  const auto loopback = listen_v6("::1", V6::only);
  if (dual.port == 0 || loopback.port == 0) GTEST_SKIP() << "no IPv6 here";
  EXPECT_TRUE(host->port_holder("0.0.0.0", dual.port, "tcp"));
  EXPECT_TRUE(host->port_holder("127.0.0.1", dual.port, "tcp"));
  const auto only = listen_v6("::", V6::only);
  EXPECT_FALSE(host->port_holder("0.0.0.0", only.port, "tcp"));
  EXPECT_TRUE(host->port_holder("::1", only.port, "tcp"));
  EXPECT_EQ(host->port_holder("", only.port, "tcp")->address, "[::]:" + std::to_string(only.port));
  EXPECT_FALSE(host->port_holder("127.0.0.1", loopback.port, "tcp"));
  EXPECT_TRUE(host->port_holder("[::1]", loopback.port, "tcp"));
}

TEST(ProcNet, ReadsTablesAndPassesOverNonsense) {
  const auto tcp = parse_proc_net(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "811 1 0 100 0 0 10 0\n"
      "   1: 0100007F:2CAA 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 "
      "812 1 0\n"
      "   2: garbage 00000000:0000 0A a b c d e 5\n   3: 0100007F\n\n",
      Family::ipv4, "tcp");
  ASSERT_EQ(tcp.size(), 1U);
  EXPECT_EQ(to_string(tcp[0]), "127.0.0.1:11434");
  EXPECT_EQ(tcp[0].inode, 811U);
  const auto tcp6 = parse_proc_net(
      "   0: 0000000000000000FFFF00000100007F:0050 0:0 0A 0:0 0:0 0 0 0 99 1\n"
      "   1: 00000000000000000000000001000000:0051 0:0 0A 0:0 0:0 0 0 0 98 1\n",
      Family::ipv6, "tcp");
  ASSERT_EQ(tcp6.size(), 2U);
  EXPECT_EQ(to_string(tcp6[1]), "[::1]:81");
  EXPECT_EQ(conflict(tcp6[0], parse_address("127.0.0.1")), Conflict::yes);
  EXPECT_EQ(conflict(tcp6[0], parse_address("127.0.0.2")), Conflict::no);
  EXPECT_EQ(conflict(tcp6[1], parse_address("127.0.0.1")), Conflict::no);
  EXPECT_EQ(parse_address("host"), std::nullopt);
}

class Tree : public ::testing::Test {
 protected:
  void put(const std::filesystem::path& name, std::size_t bytes) {
    std::filesystem::create_directories((temporary_ / name).parent_path());
    std::ofstream(temporary_ / name) << std::string(bytes, 'x');
  }

  TemporaryDirectory temporary_;
  std::unique_ptr<ports::Host> host_ = make_host();
};

TEST_F(Tree, IsMeasuredWithoutFollowingLinks) {
  put("outside/big", 10'000);
  put("tree/a", 100);
  put("tree/b/c/d", 23);
  std::filesystem::create_directory_symlink(temporary_ / "outside", temporary_ / "tree/link");
  std::filesystem::create_symlink("/nowhere", temporary_ / "tree/b/dangling");
  EXPECT_EQ(host_->tree_bytes(temporary_ / "tree").value(), 123U);
  EXPECT_EQ(host_->tree_bytes(temporary_ / "tree/a").value(), 100U);
  EXPECT_EQ(host_->tree_bytes(temporary_ / "none").value(), 0U);
}

TEST_F(Tree, IsRemovedWithoutFollowingLinks) {
  put("outside/keep", 1);
  put("tree/a", 1);
  put("tree/b/c/d", 1);
  put("tree/b/e", 1);
  std::filesystem::create_directories(temporary_ / "tree/empty/deeper");
  std::filesystem::create_directory_symlink(temporary_ / "outside", temporary_ / "tree/b/link");
  ASSERT_TRUE(host_->remove_tree(temporary_ / "tree"));
  EXPECT_FALSE(std::filesystem::exists(temporary_ / "tree"));
  EXPECT_TRUE(std::filesystem::exists(temporary_ / "outside/keep"));
  EXPECT_TRUE(host_->remove_tree(temporary_ / "tree"));

  std::filesystem::create_directory_symlink(temporary_ / "outside", temporary_ / "link");
  ASSERT_TRUE(host_->remove_tree(temporary_ / "link"));
  EXPECT_FALSE(std::filesystem::is_symlink(temporary_ / "link"));
  EXPECT_TRUE(std::filesystem::exists(temporary_ / "outside/keep"));
}

TEST_F(Tree, IsRemovedAtAnyDepth) {
  constexpr int kDepth = 1200;  // beyond PATH_MAX, and beyond the descriptors of a process
  const auto top = temporary_ / "deep";
  std::filesystem::create_directory(top);
  const auto back = std::filesystem::current_path();
  ASSERT_EQ(::chdir(top.c_str()), 0);
  for (int i = 0; i < kDepth; ++i)
    if (::mkdir("deeper", 0755) != 0 || ::chdir("deeper") != 0) break;
  std::ofstream("file") << "x";
  ASSERT_EQ(::chdir(back.c_str()), 0);
  ASSERT_TRUE(host_->remove_tree(top));
  EXPECT_FALSE(std::filesystem::exists(top));
}

TEST_F(Tree, GetsDirectoriesOfOneModeWhateverTheUmask) {
  const auto old = ::umask(0077);
  const auto result = host_->make_directory(temporary_ / "a/b/");
  ::umask(old);
  ASSERT_TRUE(result);
  struct stat status {};
  ASSERT_EQ(::stat((temporary_ / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0755U);
  EXPECT_TRUE(host_->make_directory(temporary_ / "a/b"));
  put("file", 1);
  const auto failed = host_->make_directory(temporary_ / "file/x");
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().why.find("ENOTDIR"), std::string::npos);
}

TEST_F(Tree, HasDiskSpaceAlsoBeforeItExists) {
  const auto space = host_->disk_space(temporary_ / "not/yet/there");
  ASSERT_TRUE(space);
  EXPECT_GT(space.value().total_bytes, 0U);
  EXPECT_LE(space.value().free_bytes, space.value().total_bytes);
}

}  // namespace
}  // namespace aistack::adapters::posix
