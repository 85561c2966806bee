using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Lab
{
    /// <summary>Asks a path of the server and reads the raw header lines.</summary>
    public sealed class Asker
    {
        public static readonly string[] Ways = { "http", "proxy", "tls" };
        private readonly Server server;

        public Asker(Server server)
        {
            this.server = server;
        }

        /// <returns>An answer of ../../protocol.ts, without its origin.</returns>
        public Dictionary<string, object> Ask(string path, string way, string host)
        {
            string[] answer = Raw(path, way, host).Split(new[] { "\r\n\r\n" }, 2, StringSplitOptions.None);
            string[] head = answer[0].Split(new[] { "\r\n" }, StringSplitOptions.None);
            int status = int.Parse(head[0].Split(' ')[1]);
            string error = Values(head, Visit.ErrorHeader).FirstOrDefault();
            if (error == null && status >= 500) error = Told(answer.Length > 1 ? answer[1] : "");
            var told = new Dictionary<string, object>
            {
                { "way", way },
                { "status", status },
                { "lines", Values(head, "Set-Cookie").ToArray() },
            };
            if (error != null) told["error"] = error;
            return told;
        }

        private static IEnumerable<string> Values(string[] head, string name)
        {
            return head.Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line.Substring(name.Length + 1).Trim());
        }

        /// <summary>The first exception on Mono's page about one.</summary>
        private static string Told(string page)
        {
            string message = Regex.Match(page, "^\\[([\\w.]+Exception)\\]: (.*)$", RegexOptions.Multiline).Value.Trim();
            return message == "" ? "it fails without a word" : message.Trim('[').Replace("]:", ":");
        }

        private string Raw(string path, string way, string host)
        {
            bool secure = way == "tls";
            using (TcpClient client = new TcpClient("127.0.0.1", secure ? server.Https : server.Http))
            {
                client.ReceiveTimeout = 20000;
                Stream stream = client.GetStream();
                if (secure)
                {
                    // The certificate is the lab's own throw-away one.
                    SslStream tls = new SslStream(stream, false, (sender, certificate, chain, errors) => true);
                    tls.AuthenticateAsClient("app.example");
                    stream = tls;
                }
                string forwarded = way == "proxy" ? "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.7\r\n" : "";
                string request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nCookie: seen=1\r\nConnection: close\r\n" + forwarded + "\r\n";
                byte[] bytes = Encoding.ASCII.GetBytes(request);
                stream.Write(bytes, 0, bytes.Length);
                stream.Flush();
                return new StreamReader(stream, Encoding.GetEncoding("iso-8859-1")).ReadToEnd();
            }
        }
    }
}
