#include "adapters/engine/answers.hpp"
#include "adapters/engine/json_cursor.hpp"

namespace aistack::engine {
namespace {

// A container that another one links to has further names, with a second slash in them.
void read_names(JsonCursor& cursor, ports::ContainerSummary& summary) {
  cursor.array([&] {
    auto name = cursor.text();
    if (name.starts_with('/')) name.erase(0, 1);
    if (summary.name.empty() || name.find('/') == std::string::npos) summary.name = std::move(name);
  });
}

void read_ports(JsonCursor& cursor, ports::ContainerSummary& summary) {
  cursor.array([&] {
    ports::PublishedPort port;
    cursor.object([&](std::string_view key) {
      if (key == "IP")
        port.host_ip = cursor.text();
      else if (key == "PublicPort")
        port.host_port = clamp_int(cursor.number());
      else if (key == "PrivatePort")
        port.container_port = clamp_int(cursor.number());
      else if (key == "Type")
        port.protocol = cursor.text();
      else
        cursor.skip();
    });
    summary.ports.push_back(std::move(port));
  });
}

// {"Networks": {"name": {"IPAddress": "172.18.0.2", …}}}
void read_networks(JsonCursor& cursor, ports::ContainerSummary& summary) {
  cursor.object([&](std::string_view setting) {
    if (setting != "Networks") return cursor.skip();
    cursor.object([&](std::string_view network) {
      auto& address = summary.networks[std::string(network)];
      cursor.object([&](std::string_view key) {
        if (key == "IPAddress")
          address = cursor.text();
        else
          cursor.skip();
      });
    });
  });
}

}  // namespace

Result<ports::ContainerSummary> read_container_row(std::string_view row) {
  ports::ContainerSummary summary;
  JsonCursor cursor(row);
  cursor.object([&](std::string_view key) {
    if (key == "Id") {
      summary.id = cursor.text();
    } else if (key == "Names") {
      read_names(cursor, summary);
    } else if (key == "Image") {
      summary.image = cursor.text();
    } else if (key == "ImageID") {
      summary.image_id = cursor.text();
    } else if (key == "State") {
      summary.state = read_state(cursor.text());
    } else if (key == "Status") {
      summary.status = cursor.text();
    } else if (key == "Created") {
      summary.created = from_unix(cursor.number());
    } else if (key == "Labels") {
      cursor.object([&](std::string_view label) {
        auto& value = summary.labels[std::string(label)];
        value = cursor.text();
      });
    } else if (key == "Ports") {
      read_ports(cursor, summary);
    } else if (key == "NetworkSettings") {
      read_networks(cursor, summary);
    } else {
      cursor.skip();
    }
  });
  if (!cursor.ok()) return garbage("no JSON", row);
  return summary;
}

}  // namespace aistack::engine
