using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Web;

namespace Lab
{
    /// <summary>One application of System.Web, in a domain of its own; the server hands it the requests.</summary>
    public sealed class Application : MarshalByRefObject
    {
        public override object InitializeLifetimeService()
        {
            return null;
        }

        /// <summary>What can be asked of the classes in a library; `sources` are their texts by file.</summary>
        public Unit[] Units(string library, Dictionary<string, string> sources)
        {
            return Calls.Of(library, sources).ToArray();
        }

        public Reply Answer(string path, string query, KeyValuePair<string, string>[] headers, bool secure, int port)
        {
            Request request = new Request(path, query, headers, secure, port);
            HttpRuntime.ProcessRequest(request);
            if (!request.Done.WaitOne(15000)) return new Reply { Status = 504, Lines = new string[0], Body = new byte[0] };
            return request.Reply();
        }

        /// <summary>A request as System.Web takes it from its host, and the answer as the host gets it.</summary>
        private sealed class Request : HttpWorkerRequest
        {
            public readonly ManualResetEvent Done = new ManualResetEvent(false);
            private readonly string path;
            private readonly string query;
            private readonly KeyValuePair<string, string>[] headers;
            private readonly bool secure;
            private readonly int port;
            private readonly List<string> lines = new List<string>();
            private readonly MemoryStream body = new MemoryStream();
            private int status = 200;

            public Request(string path, string query, KeyValuePair<string, string>[] headers, bool secure, int port)
            {
                this.path = path;
                this.query = query;
                this.headers = headers;
                this.secure = secure;
                this.port = port;
            }

            public Reply Reply()
            {
                return new Reply { Status = status, Lines = lines.ToArray(), Body = body.ToArray() };
            }

            public override string GetUriPath() { return path; }
            public override string GetFilePath() { return path; }
            public override string GetPathInfo() { return ""; }
            public override string GetQueryString() { return query; }
            public override string GetRawUrl() { return query == "" ? path : path + "?" + query; }
            public override string GetHttpVerbName() { return "GET"; }
            public override string GetHttpVersion() { return "HTTP/1.1"; }
            public override string GetRemoteAddress() { return "127.0.0.1"; }
            public override int GetRemotePort() { return 1; }
            public override string GetLocalAddress() { return "127.0.0.1"; }
            public override int GetLocalPort() { return port; }
            public override bool IsSecure() { return secure; }
            public override string GetProtocol() { return secure ? "https" : "http"; }
            public override string GetServerName() { return "app.example"; }
            public override string GetAppPath() { return HttpRuntime.AppDomainAppVirtualPath; }
            public override string GetAppPathTranslated() { return HttpRuntime.AppDomainAppPath; }
            public override string GetFilePathTranslated() { return MapPath(path); }

            public override string MapPath(string virtualPath)
            {
                string own = HttpRuntime.AppDomainAppVirtualPath;
                string inside = virtualPath.StartsWith(own, StringComparison.Ordinal) ? virtualPath.Substring(own.Length) : virtualPath;
                return Path.Combine(HttpRuntime.AppDomainAppPath, inside.TrimStart('/'));
            }

            public override string GetServerVariable(string name)
            {
                return name == "HTTPS" ? (secure ? "on" : "off") : "";
            }

            public override string GetKnownRequestHeader(int index)
            {
                return GetUnknownRequestHeader(GetKnownRequestHeaderName(index));
            }

            public override string GetUnknownRequestHeader(string name)
            {
                return headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).FirstOrDefault();
            }

            public override string[][] GetUnknownRequestHeaders()
            {
                return headers.Where(header => GetKnownRequestHeaderIndex(header.Key) < 0).Select(header => new[] { header.Key, header.Value }).ToArray();
            }

            public override void SendStatus(int code, string description) { status = code; }
            public override void SendKnownResponseHeader(int index, string value) { lines.Add(GetKnownResponseHeaderName(index) + ": " + value); }
            public override void SendUnknownResponseHeader(string name, string value) { lines.Add(name + ": " + value); }
            public override void SendResponseFromMemory(byte[] data, int length) { body.Write(data, 0, length); }
            public override void SendResponseFromFile(string file, long offset, long length) { }
            public override void SendResponseFromFile(IntPtr handle, long offset, long length) { }
            public override void FlushResponse(bool last) { }
            public override void EndOfRequest() { Done.Set(); }

            /// <summary>All that Mono calls where the application does not start.</summary>
            public override void CloseConnection() { Done.Set(); }
        }
    }
}
