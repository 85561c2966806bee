using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml;

namespace Lab
{
    /// <summary>
    /// What Mono's System.Web answers otherwise than .NET Framework's, so that an application, a cookie or a way of asking is left out.
    /// Mono: https://github.com/mono/mono/tree/main/mcs/class/System.Web;
    /// .NET Framework: https://github.com/microsoft/referencesource/tree/main/System.Web
    /// </summary>
    public sealed class Differences
    {
        /// <summary>Why the application cannot be asked at all, or null.</summary>
        public readonly string Refusal;

        /// <summary>Whether a user of it has a ticket.</summary>
        public readonly bool SignsIn;

        private const string Ticket = ".ASPXAUTH";
        private readonly Case application;
        private readonly bool ticketNeedsTls;
        private readonly bool ticketIsInAddress;
        private readonly string ticket = Ticket;
        private readonly bool isRewritten;
        private readonly string[] pages;
        private readonly Dictionary<string, string> cookies = new Dictionary<string, string>();

        public Differences(Case application)
        {
            this.application = application;
            XmlDocument[] all = application.Files.Where(Case.IsConfiguration).Select(file => Read(Path.Combine(application.Folder, file))).ToArray();
            string[] locations = all.SelectMany(document => Values(document, "//location/@path")).ToArray();
            if (all.Any(document => Values(document, "//httpCookies/@sameSite | //sessionState/@cookieSameSite | //forms/@cookieSameSite").Any()))
                Refusal = "Mono does not know `sameSite`";
            if (locations.Contains(".")) Refusal = "Mono does not read `<location path=\".\">`";
            pages = locations.Where(path => Path.HasExtension(path)).ToArray();
            isRewritten = all.Any(document => Values(document, "//rewrite//set[@name='HTTPS']/@value").Any());
            SignsIn = all.Any(document => Values(document, "//authentication[@mode='Forms']/@mode").Any());
            ticketNeedsTls = all.Any(document => Values(document, "//system.web//forms[translate(@requireSSL, 'TRUE', 'true')='true']/@requireSSL").Any());
            ticket = all.SelectMany(document => Values(document, "//system.web//forms/@name")).FirstOrDefault() ?? ticket;
            ticketIsInAddress = all.Any(document => Values(document, "//system.web//forms[@cookieless='UseUri']/@cookieless").Any());
            foreach (XmlDocument document in all)
            {
                Switch(document, "roleManager", ".ASPXROLES");
                Switch(document, "anonymousIdentification", ".ASPXANONYMOUS");
            }
        }

        /// <summary>The cookie of a section that has a switch of its own in .NET Framework.</summary>
        private void Switch(XmlDocument document, string section, string name)
        {
            if (!Values(document, "//" + section + "[@enabled='true']/@enabled").Any()) return;
            cookies[Values(document, "//" + section + "/@cookieName").FirstOrDefault() ?? name] = "in Mono this cookie follows `httpCookies` too";
        }

        /// <summary>Adds to `leftOut` what is known before anything is asked; `names` are the cookies of the page's table.</summary>
        public void Tell(string[] names, IDictionary<string, string> leftOut)
        {
            foreach (string name in names)
                if (Refusal != null || cookies.ContainsKey(name)) leftOut[name] = Refusal ?? cookies[name];
        }

        private static XmlDocument Read(string file)
        {
            var document = new XmlDocument { XmlResolver = null };
            try
            {
                document.Load(file);
            }
            catch (XmlException)
            {
                document.LoadXml("<configuration />");
            }
            return document;
        }

        private static IEnumerable<string> Values(XmlDocument document, string path)
        {
            return document.SelectNodes(path).Cast<XmlNode>().Select(node => node.Value);
        }

        /// <summary>The lines of an answer that .NET Framework would write too; the cookies of the others go into `leftOut`, with the reason.</summary>
        public string[] Kept(Unit unit, string way, string[] lines, IDictionary<string, string> leftOut)
        {
            return lines.Select(Named).Where(line =>
            {
                string name = line.Split('=')[0];
                string reason = Against(unit, way, name);
                if (reason != null) leftOut[name] = reason;
                return reason == null;
            }).ToArray();
        }

        /// <summary>Mono has another name for a ticket that is given none.</summary>
        private static string Named(string line)
        {
            const string other = ".MONOAUTH=";
            return line.StartsWith(other, StringComparison.Ordinal) ? Ticket + line.Substring(other.Length - 1) : line;
        }

        private string Against(Unit unit, string way, string name)
        {
            if (cookies.ContainsKey(name)) return cookies[name];
            if (name == ticket && ticketNeedsTls && way != "tls") return "over plain http .NET Framework throws where Mono sends the ticket";
            if (name == ticket && ticketIsInAddress) return "Mono writes no ticket into the address";
            if (unit.Source == null) return null;
            if (pages.Any(page => unit.Source.StartsWith(page, StringComparison.OrdinalIgnoreCase))) return "Mono does not read a `<location>` of one page";
            if (isRewritten && application.Sources[unit.Source].Contains("IsSecureConnection")) return "rewrite rules are IIS's";
            return null;
        }
    }
}
