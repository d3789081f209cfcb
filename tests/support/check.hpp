#pragma once

#include <gtest/gtest.h>

#include "base/result.hpp"

// Assertions about a Result. `expected` is an ErrorCode.
#define EXPECT_ERROR(result, expected)                                                      \
  do {                                                                                      \
    const auto& checked = (result);                                                         \
    ASSERT_FALSE(checked.has_value()) << "succeeded, not " << to_string(expected);          \
    EXPECT_EQ(to_string(checked.error().code), to_string(expected)) << checked.error().why; \
  } while (false)

#define ASSERT_OK(result)                                                  \
  do {                                                                     \
    const auto& checked = (result);                                        \
    ASSERT_TRUE(checked.has_value())                                       \
        << to_string(checked.error().code) << ": " << checked.error().why; \
  } while (false)
