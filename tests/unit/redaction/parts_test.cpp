#include <gmock/gmock.h>

#include <algorithm>

#include "domain/redaction/known_secrets.hpp"
#include "domain/redaction/secret_keys.hpp"

namespace aistack::domain::redaction {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SecretKey, IsToldByItsWords) {
  for (const auto* const name : {"password",        "PASSWORD",
                                 "db_password",     "dbPassword",
                                 "PGPASSWORD",      "smtp-pass",
                                 "apiKey",          "X-Api-Key",
                                 "apikey",          "OPENAI_API_KEY",
                                 "clientSecret",    "AWS_SECRET_ACCESS_KEY",
                                 "access_token",    "authToken",
                                 "Authorization",   "Proxy-Authorization",
                                 "Set-Cookie",      "privateKey",
                                 "ssh_private_key", "passphrase",
                                 "credentials",     "HF_TOKEN",
                                 "FLASK_APP_KEY",   "password_2",
                                 "new.password",    "jwt",
                                 "csrf_token",      "connectionString",
                                 "access_tokens"})
    EXPECT_TRUE(is_secret_key(name)) << name;
}

TEST(SecretKey, IsNotWhatCountsOrDescribesSecrets) {
  for (const auto* const name : {"total_tokens",
                                 "max_tokens",
                                 "token_count",
                                 "tokens",
                                 "tokenizer",
                                 "eos_token",
                                 "password_file",
                                 "secret_name",
                                 "token_url",
                                 "key",
                                 "primary_key",
                                 "public_key",
                                 "PUBLIC_KEY",
                                 "keyboard",
                                 "author",
                                 "compass",
                                 "passenger",
                                 "auth_type",
                                 "tokens_per_second",
                                 "key_id",
                                 "",
                                 "image",
                                 "max_new_tokens"})
    EXPECT_FALSE(is_secret_key(name)) << name;
}

TEST(SecretKey, InAQueryShortNamesCount) {
  EXPECT_TRUE(is_secret_parameter("key"));
  EXPECT_TRUE(is_secret_parameter("sig"));
  EXPECT_FALSE(is_secret_parameter("page"));
}

TEST(PublicValue, IsWhatHidesNothing) {
  for (const auto* const value : {"", "null", "True", "***", "${NAME}", "$NAME", "[redacted]"})
    EXPECT_TRUE(is_public_value(value)) << value;
  for (const auto* const value : {"x1", "$1abc", "${NAME:-hunter2}", "nullx", "0"})
    EXPECT_FALSE(is_public_value(value)) << value;
}

TEST(KnownForms, AreEscapedAndEncoded) {
  const auto forms = forms_of("ab\"c\\d&e");
  EXPECT_THAT(forms, Contains("ab\"c\\d&e"));
  EXPECT_THAT(forms, Contains("ab\\\"c\\\\d&e"));
  EXPECT_THAT(forms, Contains("ab\\\"c\\\\d\\u0026e"));
  EXPECT_THAT(forms, Contains("ab%22c%5Cd%26e"));
  EXPECT_THAT(forms, Contains("YWIiY1xkJm"));  // base64 of it, what follows unknown
  EXPECT_THAT(forms, Contains("FiImNcZCZl"));  // … with one byte before
  EXPECT_THAT(forms, Contains("hYiJjXGQmZ"));  // … with two
}

TEST(KnownForms, OfALongOneAreParts) {
  const auto forms = forms_of(std::string(2000, 'x'));
  EXPECT_TRUE(
      std::all_of(forms.begin(), forms.end(), [](const auto& f) { return f.size() < 600; }));
}

TEST(KnownForms, OfAShortOneAreNone) {
  EXPECT_THAT(forms_of("admin"), IsEmpty());
}

TEST(EnvFile, GivesItsValues) {
  EXPECT_THAT(
      values_of_env_file("# comment=x\nA=one\nB = \"two three\"\nC=\n\nD='four'\nnothing\n"),
      ElementsAre("one", "two three", "four"));
}

}  // namespace
}  // namespace aistack::domain::redaction
