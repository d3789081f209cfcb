#pragma once

#include <string_view>

namespace aistack::domain::redaction {

// Does a value under this name look like a secret? The name is split into words at "_", "-", ".",
// spaces and capital letters, so that "apiKey", "API_KEY" and "x-api-key" are one; what only counts
// or describes secrets is none ("max_tokens", "token_count", "password_file", "tokenizer").
bool is_secret_key(std::string_view name);

// The same in the query of a URL, where short names carry keys: "key", "sig", "code".
bool is_secret_parameter(std::string_view name);

// A value that is shown although its key looks secret: empty, null, true, false, one that is masked
// already, or nothing but a reference to a variable ("${NAME}").
bool is_public_value(std::string_view value);

}  // namespace aistack::domain::redaction
