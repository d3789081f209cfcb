#pragma once

#include <span>
#include <string_view>

#include "compose/node.hpp"
#include "compose/path.hpp"

// What a Compose file may say, as tables: they drive the validation and the canonical form.
namespace aistack::compose {

class Diagnostics;

enum class Type {
  text,              // "must be a text": numbers must stand in quotes
  nullable_text,     // a text, or nothing
  text_or_integer,   // a number stands for its text
  flag,              // true/false, or a text that says so
  integer,           // a whole number, or (from a variable) its text
  strict_integer,    // a whole number, no text
  decimal,           // cpus and the like: 32-bit floating point
  size,              // bytes; a number or "64m"
  size_text,         // bytes; only "64m"
  duration,          // "1m30s"
  texts,             // a list of texts
  texts_or_numbers,  // a list of texts and numbers
  mapping,           // NAME: text|number|bool|null; null is ""
  environment,       // the same; null stays null
  options,           // NAME: text|number|null
  command,           // null, a text that is split, or a list of texts
  health_test,       // a text, or a list that begins with CMD, CMD-SHELL or NONE
  hosts,             // host:ip
  limit,             // ulimit: a number, or {soft, hard}
  file_mode,         // 0440
  device_count,      // a number or "all"
  object,            // fields
  objects,           // a list of objects
  named_objects,     // NAME: object
  named_or_null,     // NAME: object or nothing
  ignored,           // checked for nothing, kept nowhere
  unsupported,       // known to Compose, not to aistack; `advice` says what to do
};

// What becomes of a value that is zero, empty or false in the canonical form.
enum class Zero {
  omit,
  keep,       // written when the file has it
  always,     // written even when the file does not have it
  omit_true,  // a flag whose default is true
};

struct Object;

using Check = void (*)(const Node&, const Path&, Diagnostics&);

struct Field {
  std::string_view key;
  Type type = Type::text;
  Zero zero = Zero::omit;
  const Object* object = nullptr;
  std::string_view advice = {};   // for `unsupported`, and for a wrong type
  Check check = nullptr;          // of a value whose type is right
  std::string_view written = {};  // the key in the canonical form, where it is another
};

// The order of the fields is the order of the canonical form.
struct Object {
  std::string_view noun;  // "a service"
  std::span<const Field> fields;
  std::span<const std::string_view> required = {};
  bool extensions = true;  // x-… keys are let through
};

extern const Object kFileObject;
extern const Object kServiceObject;
extern const Object kNetworkObject;
extern const Object kVolumeObject;
extern const Object kSecretObject;
extern const Object kConfigObject;

}  // namespace aistack::compose
