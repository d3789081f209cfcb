#include "adapters/engine/json.hpp"

#include <gtest/gtest.h>

#include "adapters/engine/answers.hpp"
#include "support/check.hpp"

namespace aistack::engine {
namespace {

using Shape = JsonObjects::Shape;

// The "n" of every object, given in pieces of `size` bytes.
Result<std::vector<int>> numbers(Shape shape, const std::string& text, std::size_t size) {
  std::vector<int> found;
  JsonObjects objects(shape);
  for (std::size_t i = 0; i < text.size(); i += size) {
    BOOST_OUTCOME_TRY(
        objects.feed(std::string_view(text).substr(i, size), [&](const Json& object) -> Result<> {
          found.push_back(static_cast<int>(number_of(object, "n")));
          return ok();
        }));
  }
  BOOST_OUTCOME_TRY(objects.finish());
  return found;
}

TEST(JsonObjects, AreFoundHoweverTheBytesAreCut) {
  const std::string array = R"([ {"n":1,"s":"}]{[\"\\"} , {"n":2,"a":[{"n":9}]},{"n":3}])"
                            "\n";
  const std::string lines = "{\"n\":1,\"s\":\"}\\\"{\"}\r\n{\"n\":2}\n\n{\"n\":3}";
  for (std::size_t size = 1; size <= array.size(); ++size) {
    const auto of_array = numbers(Shape::array, array, size);
    ASSERT_OK(of_array);
    EXPECT_EQ(of_array.value(), (std::vector<int>{1, 2, 3})) << size;
    const auto of_lines = numbers(Shape::sequence, lines, size);
    ASSERT_OK(of_lines);
    EXPECT_EQ(of_lines.value(), (std::vector<int>{1, 2, 3})) << size;
  }
}

TEST(JsonObjects, MayBeNone) {
  ASSERT_OK(numbers(Shape::array, "[]", 1));
  ASSERT_OK(numbers(Shape::sequence, "", 1));
  ASSERT_OK(numbers(Shape::sequence, " \n", 1));
}

TEST(JsonObjects, RefuseWhatIsNone) {
  for (const std::string text : {"", "[", "{}", "[1]", "null", "[{}", "[{]}]", "[}", "[{},",
                                 "[{\"a\":}]", "[]x", "[{\"a\":\"", "[[{}]]"})
    EXPECT_ERROR(numbers(Shape::array, text, 1), ErrorCode::kEngineProtocol);
  for (const std::string text : {"[]", "x", "{", "{}x", "{\"a\":\"}", "{\"a\":1}{"})
    EXPECT_ERROR(numbers(Shape::sequence, text, 1), ErrorCode::kEngineProtocol);
}

TEST(JsonObjects, EndWithTheSinksError) {
  JsonObjects objects(Shape::sequence);
  EXPECT_ERROR(objects.feed("{}{}",
                            [](const Json&) -> Result<> {
                              return Error{ErrorCode::kIo, "stop"};
                            }),
               ErrorCode::kIo);
}

// What a cursor reads from a row of the list, as one line.
std::string row(const std::string& text) {
  const auto read = read_container_row(text);
  if (!read) return "error";
  const auto& summary = read.value();
  std::string line = summary.id + " " + summary.name;
  for (const auto& [label, value] : summary.labels) line += " " + label + "=" + value;
  for (const auto& port : summary.ports) line += " " + std::to_string(port.host_port);
  for (const auto& [network, address] : summary.networks) line += " " + network + "@" + address;
  return line;
}

TEST(ContainerRow, SkipsWhatIsNotWanted) {
  EXPECT_EQ(row(R"({ "Other" : [1, {"a":"}"}, null, -1.5e3] , "Id" : "x", "Names":["/web/db","/db"],
                "Ports":[{"PublicPort":80,"x":{}}, {"PrivatePort":81}],
                "NetworkSettings":{"Other":[],"Networks":{"n":{"Links":null,"IPAddress":"1.2.3.4"},
                "m":null}}})"),
            "x db 80 0 m@ n@1.2.3.4");
}

TEST(ContainerRow, DecodesNamesAndValues) {
  EXPECT_EQ(row(R"({"Labels":{"\u00e9\"":"\ud83d\ude00\n","é":"ü"}})"),
            "  é=ü \u00e9\"=\U0001F600\n");
}

TEST(ContainerRow, TakesAnotherTypeForAbsent) {
  EXPECT_EQ(row(R"({"Id":{"a":1},"Names":"x","Labels":null,"Ports":{},"NetworkSettings":[1]})"),
            " ");
  EXPECT_EQ(row("{}"), " ");
}

TEST(ContainerRow, RefusesWhatIsNoJson) {
  for (const auto* text :
       {"{\"Id\"}", "{\"Id\":}", "{\"Id\":\"x\" \"y\":1}", "{,}", "{\"Id\":\"x\",}", "{1:2}",
        "{\"Labels\":{\"a\":\"\\q\"}}", "{\"Id\":\"\xff\"}", "{"})
    EXPECT_EQ(row(text), "error") << text;
}

TEST(JsonText, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(to_text(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(JsonValues, OfTheWrongTypeAreAbsent) {
  const auto parsed = parse_document(
      R"({"s":"text","n":-5,"big":18446744073709551615,"f":true,"a":["x",1],"o":{"k":"v","w":1}})");
  ASSERT_OK(parsed);
  const auto& object = parsed.value();
  EXPECT_EQ(text_of(object, "s"), "text");
  EXPECT_EQ(text_of(object, "n"), "");
  EXPECT_EQ(number_of(object, "n"), -5);
  EXPECT_EQ(number_of(object, "big"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(count_of(object, "n"), 0U);
  EXPECT_EQ(number_of(object, "s"), 0);
  EXPECT_TRUE(flag_of(object, "f"));
  EXPECT_FALSE(flag_of(object, "s"));
  EXPECT_EQ(texts_of(object, "a"), std::vector<std::string>{"x"});
  EXPECT_EQ(labels_of(object, "o"), (std::map<std::string, std::string>{{"k", "v"}}));
  EXPECT_EQ(keys_of(object, "o"), (std::vector<std::string>{"k", "w"}));
  EXPECT_TRUE(member(object, "absent").is_null());
  EXPECT_TRUE(member(member(object, "s"), "x").is_null());
}

}  // namespace
}  // namespace aistack::engine
