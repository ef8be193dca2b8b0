/// Whether two strings have the same Unicode scalars.
///
/// CEL compares code points; Swift's `==` compares canonical equivalents.
func sameScalars(_ a: String, _ b: String) -> Bool {
  // Texts that differ canonically differ in their scalars, and that test is the fast one.
  a == b && a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
}

/// Whether one string comes before another in the order of code points.
func scalarsPrecede(_ a: String, _ b: String) -> Bool {
  a.utf8.lexicographicallyPrecedes(b.utf8)
}
