// Digits as bytes, eight or sixteen at a time, the first digit in the lowest byte.

/// The eight digits of a number below 10^8.
@inline(__always)
func eightDigits(_ number: UInt64) -> UInt64 {
  // Two numbers of four digits in the halves of a word, then four of two, then eight: in each step
  // `quotient + (number - quotient * divisor) * unit`, as a single product.
  let high = number / 10_000
  let halves = number &<< 32 &- high &* (10_000 &<< 32 &- 1)
  let hundreds = (halves &* 10_486) &>> 20 & 0x0000_007F_0000_007F
  let quarters = halves &<< 16 &- hundreds &* (100 &<< 16 &- 1)
  let tens = (quarters &* 103) &>> 10 & 0x000F_000F_000F_000F
  return quarters &<< 8 &- tens &* (10 &<< 8 &- 1)
}

/// The sixteen digits of a number below 10^16, as numbers 0 to 9.
@inline(__always)
func sixteenDigits(_ number: UInt64) -> UInt128 {
  let high = number / 100_000_000
  let low = number &- high &* 100_000_000
  return UInt128(eightDigits(low)) << 64 | UInt128(eightDigits(high))
}

/// The characters of sixteen digits.
@inline(__always)
func characters(_ digits: UInt128) -> UInt128 {
  digits | UInt128(eachByte(0x30)) << 64 | UInt128(eachByte(0x30))
}

/// What is left without so many characters at the front.
///
/// - Precondition: 0 to 15.
@inline(__always)
func dropping(_ count: Int, _ characters: UInt128) -> UInt128 {
  characters &>> UInt128(truncatingIfNeeded: 8 &* count)
}

@inline(__always)
func store(_ characters: UInt128, at place: UnsafeMutablePointer<UInt8>) {
  UnsafeMutableRawPointer(place).storeBytes(of: characters.littleEndian, as: UInt128.self)
}

@inline(__always)
func store(_ characters: UInt64, at place: UnsafeMutablePointer<UInt8>) {
  UnsafeMutableRawPointer(place).storeBytes(of: characters.littleEndian, as: UInt64.self)
}

/// How many digits a number has; 1 for 0.
@inline(__always)
func digitCount(_ number: UInt64) -> Int {
  // Whole powers of ten from 10 are even, so setting the last bit passes none.
  let number = number | 1
  let least = ((64 &- number.leadingZeroBitCount) &* 1233) &>> 12
  return least &+ (number >= wholePowersOfTen[least] ? 1 : 0)
}

/// 10^0 to 10^19.
let wholePowersOfTen: [UInt64] = [
  1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
  10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
  1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
  1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]
