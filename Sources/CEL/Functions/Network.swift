extension FunctionTable {
  static let network: [Overload] = [
    Overload("string_to_ip", "ip", doc: "Reads an address: `192.168.0.1`, `2001:db8::1`.") {
      (text: String) throws(Fault) -> NetworkAddress in try address(text)
    },
    Overload("cidr_ip", "ip", member: true, doc: "The address that the range is written with.") {
      (range: NetworkRange) in range.address
    },
    Overload("is_ip", "isIP", doc: "Whether the text is an address.") { (text: String) in
      NetworkAddress(text) != nil
    },
    Overload(
      "ip_is_canonical", "ip.isCanonical", doc: "Whether an address is written in its usual form."
    ) { (text: String) throws(Fault) -> Bool in sameScalars(try address(text).description, text) },
    Overload("ip_to_string", "string", doc: "The address in its usual form.") {
      (address: NetworkAddress) in address.description
    },
    Overload("ip_family", "family", member: true, doc: "4 or 6.") { (address: NetworkAddress) in
      Int64(address.isVersion4 ? 4 : 6)
    },
    Overload("ip_is_loopback", "isLoopback", member: true, doc: "Whether it means this machine.") {
      (address: NetworkAddress) in address.isLoopback
    },
    Overload(
      "ip_is_unspecified", "isUnspecified", member: true, doc: "Whether it is the zero address."
    ) { (address: NetworkAddress) in address.isUnspecified },
    Overload(
      "ip_is_global_unicast", "isGlobalUnicast", member: true,
      doc: "Whether it can mean one machine anywhere."
    ) { (address: NetworkAddress) in address.isGlobalUnicast },
    Overload(
      "ip_is_link_local_unicast", "isLinkLocalUnicast", member: true,
      doc: "Whether it means one machine on the local link."
    ) { (address: NetworkAddress) in address.isLinkLocalUnicast },
    Overload(
      "ip_is_link_local_multicast", "isLinkLocalMulticast", member: true,
      doc: "Whether it means several machines on the local link."
    ) { (address: NetworkAddress) in address.isLinkLocalMulticast },
    Overload("string_to_cidr", "cidr", doc: "Reads a range of addresses: `192.168.0.0/24`.") {
      (text: String) throws(Fault) -> NetworkRange in try range(text)
    },
    Overload("is_cidr", "isCIDR", doc: "Whether the text is a range of addresses.") {
      (text: String) in NetworkRange(text) != nil
    },
    Overload("cidr_to_string", "string", doc: "The range as it is written.") {
      (range: NetworkRange) in range.description
    },
    Overload("cidr_contains_ip", "containsIP", member: true, doc: "Whether it has the address.") {
      (range: NetworkRange, address: NetworkAddress) in range.contains(address)
    },
    Overload(
      "cidr_contains_ip_string", "containsIP", member: true, doc: "Whether it has the address."
    ) { (range: NetworkRange, text: String) throws(Fault) -> Bool in
      range.contains(try address(text))
    },
    Overload(
      "cidr_contains_cidr", "containsCIDR", member: true, doc: "Whether it has the whole range."
    ) { (range: NetworkRange, other: NetworkRange) in range.contains(other) },
    Overload(
      "cidr_contains_cidr_string", "containsCIDR", member: true,
      doc: "Whether it has the whole range."
    ) { (one: NetworkRange, text: String) throws(Fault) -> Bool in one.contains(try range(text)) },
    Overload(
      "cidr_masked", "masked", member: true, doc: "The range written with its first address."
    ) { (range: NetworkRange) in range.masked },
    Overload(
      "cidr_prefix_length", "prefixLength", member: true, doc: "How many bits its addresses share."
    ) { (range: NetworkRange) in Int64(range.prefixLength) },
  ]
}

private func address(_ text: String) throws(Fault) -> NetworkAddress {
  guard let address = NetworkAddress(text) else { throw .conversion(quoted(text), to: "net.IP") }
  return address
}

private func range(_ text: String) throws(Fault) -> NetworkRange {
  guard let range = NetworkRange(text) else { throw .conversion(quoted(text), to: "net.CIDR") }
  return range
}

extension NetworkAddress: Representable {
  static var celType: CELType { .opaque("net.IP", []) }
  init?(_ value: Value) {
    guard case .ip(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .ip(self) }
}

extension NetworkRange: Representable {
  static var celType: CELType { .opaque("net.CIDR", []) }
  init?(_ value: Value) {
    guard case .cidr(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .cidr(self) }
}
