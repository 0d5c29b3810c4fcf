import App

/// Sets a person's password on the data folder, beside or without a server, and ends that person's sessions.
/// - Throws: `Problem` when nobody is called so, or the password is refused.
func resetPassword(name: String, folder: String, password: String) async throws {
    try await DataFolder.resetPassword(name: name, folder: folder, password: password)
}
