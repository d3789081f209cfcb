#include "adapters/archive/file_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "support/check.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::adapters::archive {
namespace {

namespace fs = std::filesystem;
using ports::Links;

class Files : public ::testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(box.path() / name, std::ios::binary) << text;
    return box.path() / name;
  }
  fs::path write_compressed(const std::string& name, const std::string& text) {
    const auto path = box.path() / name;
    auto* const writer = ::archive_write_new();
    ::archive_write_add_filter_gzip(writer);
    ::archive_write_set_format_raw(writer);
    EXPECT_EQ(::archive_write_open_filename(writer, path.c_str()), ARCHIVE_OK);
    auto* const entry = ::archive_entry_new();
    ::archive_entry_set_filetype(entry, AE_IFREG);
    ::archive_write_header(writer, entry);
    ::archive_write_data(writer, text.data(), text.size());
    ::archive_entry_free(entry);
    ::archive_write_free(writer);
    return path;
  }
  Result<std::string> read(const fs::path& path, std::uint64_t most = 1 << 30,
                           Links links = Links::refuse) {
    BOOST_OUTCOME_TRY(const auto reader, files->open(path, links, most));
    if (!reader) return std::string{"absent"};
    std::string text;
    while (true) {
      BOOST_OUTCOME_TRY(const auto block, reader->next());
      if (block.empty()) break;
      text += block;
    }
    skipped = reader->skipped();
    return text;
  }

  testing::TemporaryDirectory box;
  std::uint64_t skipped = 0;
  const std::unique_ptr<ports::FileReader> files = make_file_reader();
};

TEST_F(Files, AreReadWhole) {
  const std::string text(1'000'000, 'x');
  const auto got = read(write("a", text));
  ASSERT_OK(got);
  EXPECT_EQ(got.value(), text);
  EXPECT_EQ(read(box.path() / "none").value(), "absent");
}

TEST_F(Files, TooLongOnesAreReadFromALinesBeginning) {
  const auto path = write("a", "first\nsecond\nthird\n");
  EXPECT_EQ(read(path, 6).value(), "third\n");
  EXPECT_EQ(skipped, 13U);
  EXPECT_EQ(read(path, 12).value(), "third\n");
  EXPECT_EQ(read(path, 13).value(), "second\nthird\n");
  EXPECT_EQ(read(path, 18).value(), "second\nthird\n");
  EXPECT_EQ(read(path, 19).value(), "first\nsecond\nthird\n");
  EXPECT_EQ(read(write("b", std::string(600'000, 'x')), 5).value(), "");
}

TEST_F(Files, CompressedOnesComeUncompressed) {
  const std::string text = "one\ntwo\n" + std::string(700'000, 'x');
  const auto path = write_compressed("a.gz", text);
  EXPECT_EQ(read(path).value(), text);
  EXPECT_EQ(read(path, 6).value(), "one\ntw");
  EXPECT_EQ(read(write("empty.gz", "")).value(), "");
}

TEST_F(Files, DamagedCompressionIsAnError) {
  auto path = write_compressed("a.gz", std::string(100'000, 'x') + "y");
  fs::resize_file(path, fs::file_size(path) / 2);
  const auto got = read(path);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kIo);
}

TEST_F(Files, LinksAreFollowedOnlyWhereThatIsWanted) {
  write("a", "text");
  fs::create_symlink("a", box.path() / "link");
  EXPECT_EQ(read(box.path() / "link", 100, Links::follow).value(), "text");
  EXPECT_FALSE(read(box.path() / "link", 100, Links::refuse));
}

TEST_F(Files, WhatIsNoRegularFileIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo((box.path() / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(read(box.path() / "pipe"));
  EXPECT_FALSE(read(box.path()));
}

TEST_F(Files, AreListedByName) {
  write("b", "12");
  write("a", "1");
  fs::create_directory(box.path() / "c");
  fs::create_symlink("a", box.path() / "d");
  const auto list = files->list(box.path());
  ASSERT_OK(list);
  ASSERT_EQ(list.value().size(), 2U);
  EXPECT_EQ(list.value()[0].name, "a");
  EXPECT_EQ(list.value()[1].bytes, 2U);
  EXPECT_TRUE(files->list(box.path() / "none").value().empty());
}

}  // namespace
}  // namespace aistack::adapters::archive
