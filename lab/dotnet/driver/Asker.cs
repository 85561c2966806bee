using System;
using System.IO;
using System.Linq;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Lab;

/// <summary>Asks an application and reads the raw header lines.</summary>
public sealed class Asker(Application application, string host)
{
    public static readonly string[] Ways = ["http", "proxy", "tls"];
    private int asked;

    public Answer Ask(Unit unit, string way, string prefix)
    {
        string number = (asked++).ToString();
        string[] head = Raw(unit.Target, way, number).Split("\r\n\r\n")[0].Split("\r\n");
        int status = int.Parse(head[0].Split(' ')[1]);
        string[] lines = head.Where(line => line.StartsWith("Set-Cookie:", StringComparison.OrdinalIgnoreCase)).Select(line => line[11..].Trim()).ToArray();
        application.Errors.TryRemove(number, out string error);
        return new Answer(prefix + unit.Origin, way, status, lines, status >= 500 ? error ?? "it fails without a word" : error);
    }

    private string Raw(string target, string way, string number)
    {
        Uri address = way == "tls" ? application.Secure : application.Plain;
        using var client = new TcpClient(address.Host, address.Port) { ReceiveTimeout = 20000 };
        Stream stream = client.GetStream();
        if (way == "tls")
        {
            // The certificate is the lab's own throw-away one.
            var tls = new SslStream(stream, false, (_, _, _, _) => true);
            tls.AuthenticateAsClient("app.example");
            stream = tls;
        }
        string forwarded = way == "proxy" ? "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.7\r\n" : "";
        stream.Write(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{Application.Number}: {number}\r\n{forwarded}\r\n"));
        return new StreamReader(stream, Encoding.Latin1).ReadToEnd();
    }
}
