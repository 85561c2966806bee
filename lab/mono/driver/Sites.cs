using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Web.Hosting;

namespace Lab
{
    /// <summary>The applications that run. Cases with the same configuration are served by one, each with its own library.</summary>
    public sealed class Sites
    {
        private readonly Server server;
        private readonly Dictionary<string, Site> sites = new Dictionary<string, Site>();

        public Sites(Server server)
        {
            this.server = server;
        }

        /// <summary>The application of a case, with the lab's handlers in each of its folders.</summary>
        public Site For(Case each)
        {
            string[] configured = each.Files.Where(file => file.EndsWith(".config", StringComparison.Ordinal)).ToArray();
            string key = string.Join("\0", configured.Select(file => file + "\0" + File.ReadAllText(Path.Combine(each.Folder, file))));
            if (each.Global != null) key += each.Library;
            Site site;
            lock (sites)
            {
                if (!sites.TryGetValue(key, out site)) sites[key] = site = new Site("site" + sites.Count);
            }
            lock (site)
            {
                foreach (string folder in each.Folders()) site.Add(folder);
                if (site.Application == null) server.Applications[site.Name] = site.Start(each, configured);
            }
            return site;
        }
    }

    /// <summary>The folder of an application that runs, and its domain.</summary>
    public sealed class Site
    {
        public readonly string Name;
        private readonly string folder;

        public Site(string name)
        {
            Name = name;
            folder = Path.Combine(Path.GetTempPath(), name);
        }

        public Application Application { get; private set; }

        public void Add(string path)
        {
            string inside = Path.Combine(folder, path);
            Directory.CreateDirectory(inside);
            foreach (Type handler in new[] { typeof(Visit), typeof(SessionVisit) })
            {
                string file = Path.Combine(inside, handler.Name + ".ashx");
                if (!File.Exists(file)) File.WriteAllText(file, "<%@ WebHandler Language=\"C#\" Class=\"" + handler.FullName + "\" %>");
            }
        }

        public Application Start(Case each, IEnumerable<string> configured)
        {
            foreach (string file in configured)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file)));
                File.Copy(Path.Combine(each.Folder, file), Path.Combine(folder, file), true);
            }
            string bin = Path.Combine(folder, "bin");
            Directory.CreateDirectory(bin);
            // Mono looks for handlers in libraries only.
            string own = typeof(Site).Assembly.Location;
            File.Copy(own, Path.Combine(bin, Path.GetFileNameWithoutExtension(own) + ".dll"), true);
            if (each.Global != null)
            {
                File.Copy(each.Library, Path.Combine(bin, Path.GetFileName(each.Library)));
                File.WriteAllText(Path.Combine(folder, "Global.asax"), "<%@ Application Inherits=\"" + each.Global + "\" Language=\"C#\" %>");
            }
            return Application = (Application)ApplicationHost.CreateApplicationHost(typeof(Application), "/" + Name, folder + "/");
        }
    }
}
