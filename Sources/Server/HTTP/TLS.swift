package import Essentials
package import NIOSSL

extension TLSConfiguration {
    /// TLS 1.2 and later with a certificate chain and its key, both PEM.
    /// - Throws: `Problem.invalid` when one of them can't be used.
    package init(certificate: String, key: String) throws(Problem) {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
            let key = try NIOSSLPrivateKey(file: key, format: .pem)
            self = .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        } catch {
            throw .invalid("The certificate \(certificate) or its key \(key) can't be used: \(error).")
        }
        minimumTLSVersion = .tlsv12
    }
}
