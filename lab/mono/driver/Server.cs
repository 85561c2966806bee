using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;

namespace Lab
{
    /// <summary>A host of System.Web on 127.0.0.1: plain http on one port, TLS on another. `/site7/…` is application 7.</summary>
    public sealed class Server
    {
        public readonly ConcurrentDictionary<string, Application> Applications = new ConcurrentDictionary<string, Application>();
        public readonly int Http;
        public readonly int Https;
        private readonly X509Certificate2 certificate;

        /// <param name="certificate">The throw-away certificate with its key, as PKCS #12.</param>
        public Server(string certificate)
        {
            this.certificate = new X509Certificate2(certificate, "lab");
            Http = Listen(false);
            Https = Listen(true);
        }

        private int Listen(bool secure)
        {
            TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            int port = ((IPEndPoint)listener.LocalEndpoint).Port;
            new Thread(() =>
            {
                for (;;)
                {
                    TcpClient client = listener.AcceptTcpClient();
                    ThreadPool.QueueUserWorkItem(_ => Serve(client, secure, port));
                }
            }) { IsBackground = true }.Start();
            return port;
        }

        private void Serve(TcpClient client, bool secure, int port)
        {
            using (client)
            {
                try
                {
                    Stream stream = client.GetStream();
                    if (secure)
                    {
                        SslStream tls = new SslStream(stream);
                        tls.AuthenticateAsServer(certificate, false, SslProtocols.Tls12, false);
                        stream = tls;
                    }
                    using (stream) Answer(stream, secure, port);
                }
                catch (Exception error) when (error is IOException || error is AuthenticationException)
                {
                    Console.Error.WriteLine(error.Message);
                }
            }
        }

        private void Answer(Stream stream, bool secure, int port)
        {
            StreamReader reader = new StreamReader(stream, Encoding.ASCII);
            string target = reader.ReadLine().Split(' ')[1];
            var headers = new List<KeyValuePair<string, string>>();
            for (string line = reader.ReadLine(); !string.IsNullOrEmpty(line); line = reader.ReadLine())
            {
                int colon = line.IndexOf(':');
                headers.Add(new KeyValuePair<string, string>(line.Substring(0, colon), line.Substring(colon + 1).Trim()));
            }
            int mark = target.IndexOf('?');
            string path = mark < 0 ? target : target.Substring(0, mark);
            Application application = Applications[path.Split('/')[1]];
            Reply reply = application.Answer(path, mark < 0 ? "" : target.Substring(mark + 1), headers.ToArray(), secure, port);
            StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.Status + " \r\n");
            foreach (string line in reply.Lines) head.Append(line).Append("\r\n");
            byte[] bytes = Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
            stream.Write(bytes, 0, bytes.Length);
            stream.Write(reply.Body, 0, reply.Body.Length);
        }
    }
}
