#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Threads of the system: the core needs no more of them than to start some and wait.
package enum Threads {
  /// Runs a body so many times at once, each with its own number, and waits for all.
  ///
  /// One of them runs on the calling thread. Where the system gives fewer threads, a thread takes
  /// more than one number.
  package static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    var started: [pthread_t] = []
    for number in 1..<max(1, count) {
      if let thread = start({ body(number) }) { started.append(thread) } else { body(number) }
    }
    body(0)
    for thread in started { pthread_join(thread, nil) }
  }

  /// How many processors there are.
  package static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    let work = Unmanaged.passRetained(Work(body))
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = pthread_create(
        &thread, nil,
        { work in
          Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
          return nil
        }, work.toOpaque())
      if status == 0, let thread { return thread }
    #else
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { work in
          Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().body()
          return nil
        }, work.toOpaque())
      if status == 0 { return thread }
    #endif
    work.release()
    return nil
  }
}
